using Microsoft.AspNetCore.Http.Extensions;

namespace Avvik.Workbench.Components;

/// <summary>A line of a timeline (<c>_Timeline</c>).</summary>
/// <param name="At">When.</param>
/// <param name="Title">What, in words.</param>
/// <param name="Who">Who did it; null: the system.</param>
/// <param name="Words">What was written.</param>
public sealed record TimelineItem(DateTimeOffset At, string Title, string? Who, string? Words);

/// <summary>Links between the pages of a list (<c>_Pager</c>): the address keeps its filters.</summary>
/// <param name="Request">The page's request.</param>
/// <param name="NextCursor">Of the next page; null at the end.</param>
public sealed record Pager(HttpRequest Request, string? NextCursor)
{
    public bool IsFirst => !Request.Query.ContainsKey("cursor");
    public string First => With(null);
    public string Next => With(NextCursor);

    private string With(string? cursor)
    {
        var query = new QueryBuilder(Request.Query.Where(q => q.Key != "cursor")
            .SelectMany(q => q.Value, (q, value) => KeyValuePair.Create(q.Key, value ?? "")));
        if (cursor is not null) query.Add("cursor", cursor);
        return Request.Path + query.ToQueryString();
    }
}

/// <summary>Where there is nothing to show (<c>_Empty</c>).</summary>
public sealed record EmptyState(string Title, string? Explanation = null, string? Link = null, string? LinkText = null);

/// <summary>What a colleague changed while one was typing (<c>_Conflict</c>).</summary>
public sealed record Conflict(string Who, DateTimeOffset At, IReadOnlyList<ConflictField> Fields);

/// <summary>One field of a <see cref="Conflict"/>, in words.</summary>
public sealed record ConflictField(string Label, string? Before, string? Theirs, string? Mine);
