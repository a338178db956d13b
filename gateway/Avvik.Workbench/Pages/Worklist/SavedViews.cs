namespace Avvik.Workbench.Pages.Worklist;

/// <summary>A worklist's filters under a name.</summary>
internal sealed record SavedView(string Name, string Address);
