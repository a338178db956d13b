namespace Avvik.Statistics.Facts;

/// <summary>The values of a column as small numbers, in the order they were first met; 0 is null.</summary>
internal sealed class StringPool
{
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private volatile string?[] _values = new string?[16];
    private volatile int _count = 1;

    public int Count => _count;

    public string? this[int code] => _values[code];

    public int CodeOf(string? value)
    {
        if (value is null) return 0;
        lock (_lock)
        {
            if (_codes.TryGetValue(value, out var code)) return code;
            code = _count;
            // Readers hold codes below the count only, so they never see the part of the array that is being filled.
            if (code == _values.Length)
            {
                var larger = new string?[2 * code];
                Array.Copy(_values, larger, code);
                larger[code] = value;
                _values = larger;
            }
            else _values[code] = value;
            _codes.Add(value, code);
            _count = code + 1;
            return code;
        }
    }
}

/// <summary>A pool for each dimension, one set for the process, so that codes from facts and from protected cubes can be compared.</summary>
internal sealed class StringPools
{
    private readonly StringPool[] _pools = [.. Dimension.All.Select(_ => new StringPool())];

    public StringPool this[Dimension dimension] => _pools[dimension.Index];
}
