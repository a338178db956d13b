using System.Text;
using Avvik.Contracts;

namespace Avvik.TextProtection;

/// <summary>Words that were struck, known by a keyed print: the words themselves are kept nowhere.</summary>
/// <param name="Words">How many words it has.</param>
/// <param name="Print">Keyed print of the words, in base64.</param>
public sealed record Passage(int Words, string Print);

/// <summary>Strikes passages wherever they stand in a text, whatever their case, spacing and punctuation.</summary>
public static class Passages
{
    /// <summary>The passage that a text is; null when it has no words.</summary>
    public static Passage? PassageOf(this TextProtector texts, string text) =>
        WordsOf(text) is { Count: > 0 } words ? new(words.Count, PrintOf(texts, words, 0, words.Count)) : null;

    /// <summary>The text with a mark where passages stood.</summary>
    public static string Strike(this TextProtector texts, string text, IReadOnlyCollection<Passage> passages)
    {
        if (passages.Count == 0) return text;
        var words = WordsOf(text);
        var struck = new bool[words.Count];
        foreach (var passage in passages)
            for (var i = 0; i + passage.Words <= words.Count; i++)
                if (IsAt(texts, words, i, passage)) struck.AsSpan(i, passage.Words).Fill(true);
        var left = new StringBuilder();
        var at = 0;
        for (var i = 0; i < words.Count; i++)
        {
            if (!struck[i]) continue;
            left.Append(text, at, words[i].Start - at).Append(Texts.Message("struckText"));
            while (i + 1 < words.Count && struck[i + 1]) i++;
            at = words[i].End;
        }
        return at == 0 ? text : left.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>As <see cref="Strike"/>, for a text that may be missing.</summary>
    public static string? StrikeOptional(this TextProtector texts, string? text, IReadOnlyCollection<Passage> passages) =>
        text is null ? null : texts.Strike(text, passages);

    /// <summary>As <see cref="Strike"/>, for a sealed text; sealed again only when something was struck. One that no key opens stays as it is.</summary>
    public static string StrikeSealed(this TextProtector texts, string sealedText, IReadOnlyCollection<Passage> passages)
    {
        if (passages.Count == 0) return sealedText;
        try
        {
            var text = texts.RevealStored(sealedText);
            return texts.Strike(text, passages) is var left && left == text ? sealedText : texts.Protect(left).Value;
        }
        catch (System.Security.Cryptography.CryptographicException) { return sealedText; }
    }

    // A name is struck in the genitive too.
    private static bool IsAt(TextProtector texts, List<(int Start, int End, string Word)> words, int first, Passage passage)
    {
        var last = words[first + passage.Words - 1].Word;
        return PrintOf(texts, words, first, passage.Words) == passage.Print
            || (last.Length > 3 && last[^1] == 's' && PrintOf(texts, words, first, passage.Words, last[..^1]) == passage.Print);
    }

    private static string PrintOf(TextProtector texts, List<(int Start, int End, string Word)> words, int first, int count, string? last = null) =>
        Convert.ToBase64String(texts.PrintOf("passage "
            + string.Join(' ', words.Skip(first).Take(count - 1).Select(w => w.Word).Append(last ?? words[first + count - 1].Word))));

    // Letters, digits and the marks that belong to letters: "Å" may be one character or two.
    private static List<(int Start, int End, string Word)> WordsOf(string text)
    {
        var words = new List<(int, int, string)>();
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            var inside = i < text.Length && (char.IsLetterOrDigit(text[i]) || char.IsSurrogate(text[i])
                || char.GetUnicodeCategory(text[i]) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.Format);
            if (inside && start < 0) start = i;
            if (inside || start < 0) continue;
            words.Add((start, i, text[start..i].Normalize(NormalizationForm.FormKC).Replace("\u00AD", "", StringComparison.Ordinal).ToLowerInvariant()));
            start = -1;
        }
        return words;
    }
}
