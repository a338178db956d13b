namespace Avvik.Statistics.Facts;

/// <summary>The values of a column as small numbers, in the order they were first met; 0 is none.</summary>
internal sealed class CodeBook
{
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private volatile string?[] _values = [null];

    public int Count => _values.Length;

    public string? this[int code] => _values[code];

    public int CodeOf(string? value)
    {
        if (value is null) return 0;
        lock (_lock)
        {
            if (_codes.TryGetValue(value, out var code)) return code;
            code = _values.Length;
            _values = [.. _values, value];
            _codes.Add(value, code);
            return code;
        }
    }
}
