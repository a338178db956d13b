using System.Globalization;
using System.Net;
using Avvik.Client;
using Avvik.Workbench.Components;
using Avvik.Workbench.Gateway;
using Avvik.Workbench.Texts;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Avvik.Workbench.Pages.Administration;

/// <summary>Messages of a service that stopped for the same reason: one fault usually stops many.</summary>
internal sealed record ParkedGroup(string Service, string Source, string Type, string Error, IReadOnlyList<ParkedMessage> Messages);

/// <summary>What is posted about a group, or about one message of it.</summary>
internal sealed class ParkedInput
{
    public string Service { get; set; } = "";
    public Guid? Id { get; set; }
    public string? Source { get; set; }
    public string? Type { get; set; }
    public string? Error { get; set; }
    /// <summary>What is parked after the page was shown is not meant.</summary>
    public string? Until { get; set; }
    public string? Reason { get; set; }
}

/// <summary>
/// Messages between the services that could not be sent, applied or read, and dead letters: requeued or discarded, one or all alike, with a reason.
/// </summary>
internal sealed class ParkedModel(IAvvikClient client, Text text, TimeProvider clock) : PageModel
{
    private const int Shown = 200;
    private static readonly string[] Services = ["reporting", "triage", "routing", "statistics", "notices"];

    [BindProperty]
    public ParkedInput Input { get; set; } = new();

    public IReadOnlyList<ParkedGroup> Groups { get; private set; } = [];
    /// <summary>Services that have more than the page shows.</summary>
    public IReadOnlyList<string> More { get; private set; } = [];
    public string Now => clock.GetUtcNow().AddSeconds(1).ToString("O", CultureInfo.InvariantCulture);

    public bool IsOpen(ParkedGroup group) => !ModelState.IsValid && Input.Service == group.Service && (Input.Type, Input.Error) == (group.Type, group.Error);

    public Task OnGetAsync(CancellationToken ct) => ReadAsync(ct);

    public Task<IActionResult> OnPostRequeueAsync(CancellationToken ct) => ResolveAsync("requeue", ct);

    public Task<IActionResult> OnPostDiscardAsync(CancellationToken ct) => ResolveAsync("discard", ct);

    private async Task<IActionResult> ResolveAsync(string resolution, CancellationToken ct)
    {
        if (!Services.Contains(Input.Service, StringComparer.Ordinal)) return NotFound();
        if (string.IsNullOrWhiteSpace(Input.Reason)) ModelState.AddModelError("Input.Reason", text["administration.parkedReasonNeeded"]);
        else
        {
            try
            {
                var done = Input.Id is { } id ? await ResolveOneAsync(id, resolution, ct) : await ResolveAllAsync(resolution, ct);
                TempData["notice"] = text.Count($"administration.parked.{resolution}", done.Resolved)
                    + (done.Failed > 0 ? " " + text.Count("administration.parkedFailed", done.Failed) : "");
                return RedirectToPage();
            }
            catch (AvvikProblemException problem) when (problem.IsRefusal() || problem.Status == HttpStatusCode.NotFound)
            {
                ModelState.AddModelError("", problem.Status == HttpStatusCode.NotFound ? text["administration.parkedGone"] : problem.Title ?? problem.Message);
            }
        }
        await ReadAsync(ct);
        return Page();
    }

    private async Task<ParkedMessageProgress> ResolveOneAsync(Guid id, string resolution, CancellationToken ct)
    {
        await client.ResolveParkedAsync(Input.Service, id, resolution, new ParkedMessageReason { Reason = Input.Reason.TrimToNull() }, ct);
        return new ParkedMessageProgress(1, 0);
    }

    private async Task<ParkedMessageProgress> ResolveAllAsync(string resolution, CancellationToken ct)
    {
        var steps = await client.ResolveAllParkedAsync(Input.Service, resolution, new ParkedMessageSelection
        {
            Reason = Input.Reason.TrimToNull(),
            Source = Input.Source,
            Type = Input.Type,
            Error = Input.Error ?? "",
            To = DateTimeOffset.TryParse(Input.Until, CultureInfo.InvariantCulture, DateTimeStyles.None, out var until) ? until : null,
        }, ct);
        return steps.Count > 0 ? steps[^1] : new ParkedMessageProgress(0, 0);
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        var pages = await Task.WhenAll(
            Services.Select(async service => (Service: service, Page: await client.ListParkedAsync(service, new() { Limit = Shown }, ct))));
        Groups = [.. pages.SelectMany(p => p.Page.Items.GroupBy(m => (m.Source, m.Type, m.Error))
            .Select(g => new ParkedGroup(p.Service, g.Key.Source, g.Key.Type, g.Key.Error, [.. g])))];
        More = [.. pages.Where(p => p.Page.NextCursor is not null).Select(p => p.Service)];
    }
}
