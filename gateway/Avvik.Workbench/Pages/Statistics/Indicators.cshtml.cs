using System.Globalization;
using System.Net;
using Avvik.Client;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Statistics;

/// <summary>What others publish of the municipalities, beside their deviations.</summary>
internal sealed class IndicatorsModel(IAvvikClient client, Browser.Choices choices) : PageModel
{
    /// <summary>Null until a quarter is frozen.</summary>
    public IndicatorComparison? Comparison { get; private set; }

    public CultureInfo Culture => choices.Culture;

    public async Task OnGetAsync(CancellationToken ct)
    {
        try { Comparison = await client.GetIndicatorsAsync(ct: ct); }
        catch (AvvikProblemException problem) when (problem.Status == HttpStatusCode.NotFound) { /* nothing is frozen */ }
    }
}
