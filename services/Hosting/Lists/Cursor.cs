using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Avvik.Hosting.Problems;

namespace Avvik.Hosting.Lists;

/// <summary>Where a page ended, by the list's own keys, so that rows that come and go do not shift it. Opaque to the caller.</summary>
public static class Cursor
{
    public const int DefaultLimit = 50, MaxLimit = 200;
    // Sort keys are positions, codes or Unix milliseconds: every key that we give is one that a point in time can have.
    private static readonly long s_lowestKey = DateTimeOffset.MinValue.ToUnixTimeMilliseconds(), s_highestKey = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static string Of(long sortKey, Guid id) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{sortKey}:{id:N}"));

    /// <summary>The keys after which to go on, or null from the start; reports a cursor that this service cannot have given (400).</summary>
    public static (long SortKey, Guid Id)? Read(string? cursor, FieldErrors errors, string pointer = "/cursor")
    {
        if (cursor is null) return null;
        var bytes = new byte[80];
        if (cursor.Length <= 100 && Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, bytes, out var length)
            && Encoding.ASCII.GetString(bytes, 0, length).Split(':') is [var key, var id]
            && long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sortKey) && sortKey >= s_lowestKey && sortKey <= s_highestKey
            && Guid.TryParseExact(id, "N", out var guid))
            return (sortKey, guid);
        errors.Add(pointer, "invalidCursor");
        return null;
    }

    /// <summary>How many rows to give; reports one that is out of bounds.</summary>
    public static int Limit(int? limit, FieldErrors errors)
    {
        if (limit is null) return DefaultLimit;
        if (limit is < 1 or > MaxLimit) errors.Add("/limit", "invalidLimit", MaxLimit);
        return limit.Value;
    }
}
