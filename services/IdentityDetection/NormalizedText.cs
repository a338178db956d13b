using System.Globalization;
using System.Net;
using System.Text;

namespace Avvik.IdentityDetection;

/// <summary>
/// A text in the form that the rules read: compatibility characters as plain ones (NFKC: ①, ², 𝟏, full width), digits of every script as ASCII, HTML
/// entities decoded, invisible characters removed, white space as one space or line feed, and the letters O and l as the digits they stand for. Maps
/// each character to its place in the text as sent.
/// </summary>
internal readonly struct NormalizedText
{
    private const int LongestEntity = 10;
    private readonly int[]? _starts, _ends;

    private NormalizedText(string text, int[]? starts, int[]? ends) => (Text, _starts, _ends) = (text, starts, ends);

    /// <summary>The normalized text.</summary>
    public string Text { get; }

    /// <summary>Maps a finding to the text as sent.</summary>
    public IdentityFinding InOriginal(IdentityFinding found) => _starts is null ? found
        : found with { Offset = _starts[found.Offset], Length = _ends![found.Offset + found.Length - 1] - _starts[found.Offset] };

    public static NormalizedText Of(string text) => IsPlain(text) ? new(text, null, null) : new Builder(text).Build();

    /// <summary>True when normalization would change nothing, as for nearly every text that people type.</summary>
    private static bool IsPlain(string text)
    {
        var before = 'a';
        foreach (var c in text)
        {
            // NFKC does not change Latin-1 letters.
            var plain = c is >= '!' and <= '~' and not '&' or >= 'À' and <= 'ÿ' || (c is ' ' or '\n' && before is not (' ' or '\n'));
            if (!plain || (IsLookalike(c) && char.IsAsciiDigit(before)) || (char.IsAsciiDigit(c) && IsLookalike(before))) return false;
            before = c;
        }
        return true;
    }

    private static bool IsLookalike(char c) => DigitOf(c) != c;

    /// <summary>The digit that a letter looks like (Unicode TR 39, only for 0 and 1).</summary>
    private static char DigitOf(char c) => c switch
    {
        'O' or 'o' or 'О' or 'о' or 'Ο' or 'ο' => '0',
        'l' or 'I' or '|' or 'І' or 'і' or 'Ι' or 'ı' => '1',
        _ => c,
    };

    private sealed class Builder(string original)
    {
        private readonly StringBuilder _text = new(original.Length + 16);
        private readonly List<int> _starts = new(original.Length + 16), _ends = new(original.Length + 16);

        public NormalizedText Build()
        {
            for (var at = 0; at < original.Length;)
            {
                var (end, read) = Next(at);
                foreach (var rune in read.EnumerateRunes()) Append(rune, at, end);
                at = end;
            }
            ReplaceLookalikes();
            return new(_text.ToString(), [.. _starts], [.. _ends]);
        }

        /// <summary>The next entity, or character with its combining marks, in compatibility form.</summary>
        private (int End, string Read) Next(int at)
        {
            if (original[at] == '&' && original.AsSpan(at, Math.Min(LongestEntity, original.Length - at)).IndexOf(';') is > 1 and var semicolon)
            {
                var entity = original.Substring(at, semicolon + 1);
                var decoded = WebUtility.HtmlDecode(entity);
                if (decoded != entity && !HasSurrogate(decoded)) return (at + semicolon + 1, decoded.Normalize(NormalizationForm.FormKC));
            }
            // A lone surrogate cannot be normalized.
            if (Rune.DecodeFromUtf16(original.AsSpan(at), out _, out var length) != System.Buffers.OperationStatus.Done) return (at + 1, "");
            var end = at + length;
            while (end < original.Length && char.GetUnicodeCategory(original[end]) == UnicodeCategory.NonSpacingMark) end++;
            var piece = original[at..end];
            return (end, piece.Length == 1 && char.IsAscii(piece[0]) ? piece : piece.Normalize(NormalizationForm.FormKC));
        }

        private static bool HasSurrogate(string text) => text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF');

        private void Append(Rune rune, int start, int end)
        {
            if (rune.Value != '\t' && Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format) return;
            if (Rune.IsWhiteSpace(rune))
            {
                var space = rune.Value is '\n' or '\u2028' or '\u2029' or '\u0085' ? '\n' : ' ';
                if (_text.Length > 0 && _text[^1] is ' ' or '\n')
                {
                    if (space == '\n') _text[^1] = '\n';
                    return;
                }
                Append(space, start, end);
                return;
            }
            if (!rune.IsAscii && Rune.GetNumericValue(rune) is >= 0 and <= 9 and var value && value == Math.Floor(value)
                && Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.OtherNumber)
            {
                Append((char)('0' + (int)value), start, end);
                return;
            }
            Span<char> chars = stackalloc char[2];
            foreach (var c in chars[..rune.EncodeToUtf16(chars)]) Append(c, start, end);
        }

        private void Append(char c, int start, int end)
        {
            _text.Append(c);
            _starts.Add(start);
            _ends.Add(end);
        }

        /// <summary>
        /// Replaces lookalikes in a token that otherwise consists of digits and is as long as a person number, its date or its last five digits:
        /// "4l8O4O6l033".
        /// </summary>
        private void ReplaceLookalikes()
        {
            for (var start = 0; start < _text.Length;)
            {
                if (!char.IsLetterOrDigit(_text[start]) && _text[start] != '|')
                {
                    start++;
                    continue;
                }
                var (end, digits, lookalikes) = (start, 0, 0);
                for (; end < _text.Length && (char.IsLetterOrDigit(_text[end]) || _text[end] == '|'); end++)
                {
                    if (char.IsAsciiDigit(_text[end])) digits++;
                    else if (IsLookalike(_text[end])) lookalikes++;
                }
                if (lookalikes > 0 && digits + lookalikes == end - start && digits >= 2 && end - start is 5 or 6 or 11)
                    for (var i = start; i < end; i++) _text[i] = DigitOf(_text[i]);
                start = end;
            }
        }
    }
}
