using System.Text.RegularExpressions;

namespace Avvik.Routing.Search;

/// <summary>
/// What somebody looks for, as each engine's index wants it: words, and each is to begin a word of the text. Only letters and digits get through, so
/// nothing that is typed is ever a syntax error.
/// </summary>
internal static partial class SearchWords
{
    public static IReadOnlyList<string> Of(string text)
    {
        // A reference is one word in the index, too: its parts are in every case of the year.
        text = Reference().Replace(text, "$1$2$3");
        var words = new List<string>();
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i])) continue;
            if (i > start) words.Add(text[start..i].ToLowerInvariant());
            start = i + 1;
        }
        return [.. words.Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The words that say most of what a text is about. In Norwegian those are the longest: what is special is one compound.</summary>
    public static IReadOnlyList<string> Telling(string text) =>
        [.. Of(text).Where(w => w.Length >= 5 && w.Any(char.IsLetter)).OrderByDescending(w => w.Length).ThenBy(w => w, StringComparer.Ordinal).Take(8)];

    /// <summary>For SQLite's FTS5.</summary>
    public static string Fts(IEnumerable<string> words, string between = "AND") => string.Join($" {between} ", words.Select(w => $"\"{w}\" *"));

    /// <summary>For PostgreSQL's to_tsquery.</summary>
    public static string TsQuery(IEnumerable<string> words, char between = '&') => string.Join($" {between} ", words.Select(w => $"{w}:*"));

    /// <summary>The same question asked of a text itself, for SQLite's regexp.</summary>
    public static string Pattern(string word) => $@"(?i)(?<![\p{{L}}\p{{N}}]){word}";

    [GeneratedRegex(@"\b(avv)-(\d{4})-?(\d*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
