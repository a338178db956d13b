namespace Avvik.IdentityDetection;

internal enum Cue
{
    None,
    /// <summary>The number is a telephone number.</summary>
    Phone,
    /// <summary>The number is a health professional's (HPR).</summary>
    Hpr,
    /// <summary>The number counts, measures or references something other than a person.</summary>
    Other,
    /// <summary>A word for a person who can be called is right before the number.</summary>
    Person,
}

/// <summary>Classifies a number by the words before it. Called only for numbers that have the form of a telephone or HPR number.</summary>
internal static class CueWords
{
    // Characters before the number that are searched.
    private const int MaxDistance = 40;

    private static readonly WordStarts s_phone = new("cues-phone"), s_message = new("cues-message"), s_other = new("cues-other-number");
    private static readonly WordStarts s_person = new("cues-person"), s_hpr = new("cues-hpr");

    /// <summary>
    /// The nearest cue wins. A cue for something else (<see cref="Cue.Other"/>) applies only to the first number after it, so a telephone cue further
    /// back still counts: "ring etter kl. 12 på …".
    /// </summary>
    /// <returns>The cue, and the number of characters between it and the number.</returns>
    public static (Cue Cue, int Distance) Before(ReadOnlySpan<char> text, int number)
    {
        (Cue Cue, int Distance) fallback = (Cue.None, int.MaxValue);
        bool passedWord = false, passedNumber = false, passedTo = false, sentenceEnd = false;
        var position = number;
        while (position > 0 && number - position < MaxDistance)
        {
            var c = text[position - 1];
            if (!char.IsLetter(c))
            {
                passedNumber |= char.IsDigit(c);
                sentenceEnd |= c == '\n' ? passedWord : c is '.' or '!' or '?' && position < number && char.IsWhiteSpace(text[position]);
                position--;
                continue;
            }

            var end = position;
            while (position > 0 && char.IsLetter(text[position - 1])) position--;
            var word = text[position..end];
            var distance = number - end;

            if (s_phone.Contains(word) || EndsIn(word, "tlf") || word.Contains("telefon", StringComparison.OrdinalIgnoreCase))
                return (Cue.Phone, Math.Min(distance, fallback.Distance));
            if (s_hpr.Contains(word) || (fallback.Cue == Cue.Phone && Is(word, "helsepersonell"))) return (Cue.Hpr, Math.Min(distance, fallback.Distance));
            if (Is(word, "nr") || Is(word, "nummer") || Is(word, "nummeret"))
            {
                // The words before it may say of what. If none does, it is a telephone: "jeg har nr. …".
                if (!passedNumber && fallback.Cue == Cue.None) fallback = (Cue.Phone, distance);
            }
            else if (s_message.Contains(word))
            {
                // "melding 4567…" is a reference, "melding til 4567…" a text message to a telephone.
                if (!passedNumber) return (passedTo ? Cue.Phone : Cue.Other, distance);
            }
            else if (s_other.Contains(word) || EndsIn(word, "nr") || EndsIn(word, "nummer") || EndsIn(word, "nummeret") || EndsIn(word, "dato"))
            {
                if (!passedNumber) return (Cue.Other, distance);
            }
            else if (s_person.Contains(word))
            {
                if (!passedWord && !passedNumber) fallback = (Cue.Person, distance);
            }
            // The full stop of "tlf. 22…" is an abbreviation's; that of "… ble utskrevet. 22…" ends the sentence before.
            else if (sentenceEnd && word.Length > 3) break;

            passedTo |= !passedWord && (Is(word, "til") || Is(word, "på") || Is(word, "fra"));
            passedWord = true;
            sentenceEnd = false;
        }
        return fallback;
    }

    private static bool Is(ReadOnlySpan<char> word, string other) => word.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static bool EndsIn(ReadOnlySpan<char> word, string end) => word.EndsWith(end, StringComparison.OrdinalIgnoreCase);
}
