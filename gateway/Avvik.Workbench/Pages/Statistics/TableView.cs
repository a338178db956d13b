using Avvik.Client;

namespace Avvik.Workbench.Pages.Statistics;

/// <summary>A table of a report as the page shows it.</summary>
internal sealed record TableView(ReportTable Table, IndexModel Page);
