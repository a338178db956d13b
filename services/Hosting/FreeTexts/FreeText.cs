using Avvik.Contracts;
using Avvik.Hosting.Problems;
using Avvik.IdentityDetection;

namespace Avvik.Hosting.FreeTexts;

/// <summary>Validation of every text that a person types: not blank, not too long, printable, and without identities.</summary>
public static class FreeText
{
    public const int MaxLength = 4000;

    public static void Check(string text, string pointer, int max, FieldErrors errors)
    {
        if (string.IsNullOrWhiteSpace(text)) errors.Add(pointer, FieldCodes.Blank);
        CheckIdentity(text, pointer, max, errors);
    }

    /// <summary>As <see cref="Check"/>, and the text may be blank.</summary>
    public static void CheckIdentity(string text, string pointer, int max, FieldErrors errors)
    {
        if (text.Length > max) errors.Add(pointer, FieldCodes.TooLong, max);
        else if (text.AsSpan().ContainsAny(ControlCharacters) || HasLoneSurrogate(text)) errors.Add(pointer, FieldCodes.ControlCharacter);
        else if (errors.BeginSearch(pointer, text) && IdentityDetector.Find(text) is { Count: > 0 } found)
            errors.Add(pointer, FieldCodes.IdentityInText, offsets: [.. found.Select(f => new TextSpan(f.Offset, f.Length))]);
    }

    /// <summary>As <see cref="Check"/>, for a text that may be missing unless it is required.</summary>
    public static void CheckOptional(string? text, string pointer, int max, FieldErrors errors, bool required = false)
    {
        if (text is not null) Check(text, pointer, max, errors);
        else if (required) errors.Add(pointer, FieldCodes.Required);
    }

    // C0 control characters except line breaks and tabs; PostgreSQL cannot store NUL.
    private static readonly System.Buffers.SearchValues<char> ControlCharacters =
        System.Buffers.SearchValues.Create([.. Enumerable.Range(0, 32).Select(c => (char)c).Except(['\n', '\r', '\t']), '\x7f']);

    // A lone surrogate cannot be encoded in UTF-8: the stored text would differ from the text that was sent.
    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 >= text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return true;
            i++;
        }
        return false;
    }
}
