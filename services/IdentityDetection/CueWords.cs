namespace Avvik.IdentityDetection;

internal enum Cue
{
    None,
    /// <summary>The number belongs to a telephone.</summary>
    Phone,
    /// <summary>The number is that of a health professional.</summary>
    Hpr,
    /// <summary>The number counts, measures or refers to something that is not a person.</summary>
    Other,
    /// <summary>Someone who can be called stands right before the number.</summary>
    Person,
}

/// <summary>What the words before a number say that it is. Only asked about numbers that could be something.</summary>
internal static class CueWords
{
    private const int Reach = 40;

    private static readonly WordStarts s_phone = new("cues-phone"), s_message = new("cues-message"), s_other = new("cues-other-number");
    private static readonly WordStarts s_person = new("cues-person"), s_hpr = new("cues-hpr");

    /// <summary>
    /// The nearest word that names the number wins. A word for something else (<see cref="Cue.Other"/>) speaks only of
    /// the first number after it, so a telephone further back still counts: "ring etter kl. 12 på …".
    /// </summary>
    /// <returns>The cue, and how many characters there are between it and the number.</returns>
    public static (Cue Cue, int Distance) Before(ReadOnlySpan<char> text, int number)
    {
        (Cue Cue, int Distance) fallback = (Cue.None, int.MaxValue);
        bool passedWord = false, passedNumber = false, passedTo = false, sentenceEnd = false;
        var position = number;
        while (position > 0 && number - position < Reach)
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

            if (s_phone.Contains(word) || EndsIn(word, "tlf") || word.Contains("telefon", StringComparison.OrdinalIgnoreCase)) return (Cue.Phone, Math.Min(distance, fallback.Distance));
            if (s_hpr.Contains(word) || (fallback.Cue == Cue.Phone && Is(word, "helsepersonell"))) return (Cue.Hpr, Math.Min(distance, fallback.Distance));
            if (Is(word, "nr") || Is(word, "nummer") || Is(word, "nummeret"))
            {
                // Of what, the words before it may tell. If none does: "jeg har nr. …".
                if (!passedNumber && fallback.Cue == Cue.None) fallback = (Cue.Phone, distance);
            }
            else if (s_message.Contains(word))
            {
                // "melding 4567…" is a reference, "melding til 4567…" a text to a telephone.
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
            // "tlf. 22…" holds an abbreviation, "… ble utskrevet. 22…" ends another sentence.
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
