using System.Text;
using System.Text.RegularExpressions;

namespace Avvik.Routing.Search;

/// <summary>
/// What somebody looks for: words, and each is to begin a word of the text. Only letters and digits get through, so nothing that is typed is ever a syntax
/// error.
/// </summary>
internal static partial class SearchWords
{
    public static IReadOnlyList<string> Of(string text) =>
        // A reference is one word in the index, too: its parts are in every case of the year.
        [.. Split(Reference().Replace(text, "$1$2$3")).Distinct(StringComparer.Ordinal)];

    /// <summary>The words of a text, in lower case, as often as they are in it.</summary>
    public static IEnumerable<string> Split(string text)
    {
        text = text.Normalize(NormalizationForm.FormC);
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i])) continue;
            if (i > start) yield return text[start..i].ToLowerInvariant();
            start = i + 1;
        }
    }

    /// <summary>The words that say most of what a text is about. In Norwegian those are the longest: what is special is one compound.</summary>
    public static IReadOnlyList<string> Telling(string text) =>
        [.. Of(text).Where(w => w.Length >= 5 && w.Any(char.IsLetter)).OrderByDescending(w => w.Length).ThenBy(w => w, StringComparer.Ordinal).Take(8)];

    /// <summary>True when each of the words begins a word of one of the texts.</summary>
    public static bool AllBegin(IReadOnlyList<string> words, params ReadOnlySpan<string> texts)
    {
        var written = new List<string>();
        foreach (var text in texts) written.AddRange(Split(text));
        return words.All(w => written.Exists(t => t.StartsWith(w, StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"\b(avv)-(\d{4})-?(\d*)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Reference();
}
