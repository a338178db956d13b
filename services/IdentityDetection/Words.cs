using System.Collections.Frozen;
using System.Reflection;

namespace Avvik.IdentityDetection;

/// <summary>The word lists in <c>Words/</c>, embedded in the assembly; each file names its source and licence.</summary>
internal static class Words
{
    /// <summary>The words of one or more lists, in the order of the files.</summary>
    public static IReadOnlyList<string> Read(params ReadOnlySpan<string> names)
    {
        var words = new List<string>();
        foreach (var name in names)
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.txt")
                ?? throw new InvalidOperationException($"The word list {name} is missing.");
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
                if (!line.StartsWith('#')) words.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        return words;
    }
}

/// <summary>Whole words, case-insensitive.</summary>
internal sealed class WordSet(params IEnumerable<string> words)
{
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _words =
        words.ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();

    public bool Contains(ReadOnlySpan<char> word) => _words.Contains(word);
}

/// <summary>Endings of words, case-insensitive. Found by their last letter: nearly every word of a text is asked about, and has none of them.</summary>
internal sealed class WordEndings(params IEnumerable<string> endings)
{
    private readonly FrozenDictionary<char, string[]> _byLast =
        endings.GroupBy(e => char.ToLowerInvariant(e[^1])).ToFrozenDictionary(e => e.Key, e => e.ToArray());

    /// <summary>True when the word has one of the endings, after at least as many other letters.</summary>
    public bool End(ReadOnlySpan<char> word, int before = 0)
    {
        if (word.IsEmpty || !_byLast.TryGetValue(char.ToLowerInvariant(word[^1]), out var endings)) return false;
        foreach (var ending in endings)
            if (word.Length >= ending.Length + before && word.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}

/// <summary>Whole words, and prefixes, which end with a star in the list.</summary>
internal sealed class WordStarts
{
    private readonly WordSet _words;
    private readonly string[] _starts;

    public WordStarts(string list)
    {
        var all = Words.Read(list);
        _words = new(all.Where(w => !w.EndsWith('*')));
        _starts = [.. all.Where(w => w.EndsWith('*')).Select(w => w[..^1])];
    }

    public bool Contains(ReadOnlySpan<char> word)
    {
        if (_words.Contains(word)) return true;
        foreach (var start in _starts)
            if (word.StartsWith(start, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
