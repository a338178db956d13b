using Avvik.Client;

namespace Avvik.Workbench.Pages.Triage;

/// <summary>What waits for a coordinator, read to its end: it is a day's work and seldom more than a page or two.</summary>
internal sealed class Queue(IAvvikClient client)
{
    private const int PageSize = 200, MostPages = 5;

    public async Task<IReadOnlyList<TriageItem>> ReadAsync(CancellationToken ct)
    {
        var (items, cursor) = (new List<TriageItem>(), (string?)null);
        for (var page = 0; page < MostPages; page++)
        {
            var next = await client.ListTriageAsync(new TriageQuery { Cursor = cursor, Limit = PageSize }, ct);
            items.AddRange(next.Items);
            if ((cursor = next.NextCursor) is null) break;
        }
        return items;
    }
}
