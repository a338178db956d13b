using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Avvik.Contracts;
using Avvik.Hosting.Problems;

namespace Avvik.Hosting.Lists;

/// <summary>The sort key and id of a page's last row (keyset pagination): added and removed rows do not shift pages. Opaque to the caller.</summary>
public static class Cursor
{
    public const int DefaultLimit = 50, MaxLimit = 200;
    // Sort keys are positions, codes or Unix milliseconds: every key that a service issues is within DateTimeOffset's range.
    private static readonly long s_lowestKey = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
    private static readonly long s_highestKey = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    public static string Of(long sortKey, Guid id) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{sortKey}:{id:N}"));

    /// <summary>The keys after which the page starts, or null for the first page; reports a cursor that no service can have issued (400).</summary>
    public static (long SortKey, Guid Id)? Read(string? cursor, FieldErrors errors, string pointer = "/cursor")
    {
        if (cursor is null) return null;
        var bytes = new byte[80];
        if (cursor.Length <= 100 && Base64Url.IsValid(cursor) && Base64Url.TryDecodeFromChars(cursor, bytes, out var length)
            && Encoding.ASCII.GetString(bytes, 0, length).Split(':') is [var key, var id]
            && long.TryParse(key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sortKey)
            && sortKey >= s_lowestKey && sortKey <= s_highestKey
            && Guid.TryParseExact(id, "N", out var guid))
            return (sortKey, guid);
        errors.Add(pointer, FieldCodes.InvalidCursor);
        return null;
    }

    /// <summary>The page size; reports one that is out of range.</summary>
    public static int Limit(int? limit, FieldErrors errors)
    {
        if (limit is null) return DefaultLimit;
        if (limit is < 1 or > MaxLimit) errors.Add("/limit", FieldCodes.InvalidLimit, MaxLimit);
        return limit.Value;
    }
}
