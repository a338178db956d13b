namespace Avvik.Triage.Classification;

/// <summary>A word of the narrative: its position there and in the folded text, and the sentence and clause it belongs to.</summary>
internal readonly record struct Word(int Start, int Length, int Folded, int FoldedLength, int Sentence, int Clause);

/// <summary>A narrative split into words. Folding removes what does not change the meaning: case, accents, and nynorsk spelling of common stems.</summary>
internal readonly ref struct Words
{
    // Nynorsk (and some bokmål variants) as the lexicon spells them. With a star a prefix, else a whole word («ein» is «en», «eining» is not).
    private static readonly (string From, string To)[] Variants =
    [
        ("berre", "bare"), ("då", "da"), ("ein", "en"), ("eit", "et"), ("fekk", "fikk"), ("frå", "fra"), ("fylgj*", "følg"), ("følgt*", "fulgt"),
        ("førebu*", "forbered"), ("gløym*", "glem"), ("gonge", "gang"), ("heim*", "hjem"), ("høyr*", "hør"), ("ikkje", "ikke"), ("inga", "ingen"),
        ("innlegging*", "innleggelse"), ("kjem", "kommer"), ("korkje", "verken"), ("kva", "hva"), ("kven", "hvem"), ("laurdag", "lørdag"),
        ("meir", "mer"), ("motteke*", "mottatt"), ("nokon", "noen"), ("pårørand*", "pårørend"), ("rettlei*", "veiled"), ("sjuk*", "syk"),
        ("sjølvm*", "selvm"), ("sjølvs*", "selvs"), ("skul*", "skol"), ("tenest*", "tjenest"), ("tilvis*", "henvis"), ("utan", "uten"),
        ("utgrei*", "utred"), ("utskriving*", "utskrivning"), ("vaksn*", "voksn"), ("vart", "ble"), ("vidare*", "videre"),
    ];

    private static readonly (string From, string To)[]?[] VariantsByLetter = ByLetter();

    private readonly ReadOnlySpan<char> _folded;

    public ReadOnlySpan<Word> All { get; }

    public int Clauses { get; }

    private Words(ReadOnlySpan<char> folded, ReadOnlySpan<Word> all, int clauses)
    {
        _folded = folded;
        All = all;
        Clauses = clauses;
    }

    public ReadOnlySpan<char> Folded(in Word word) => _folded.Slice(word.Folded, word.FoldedLength);

    /// <summary>Buffer sizes for <see cref="Read"/>; no variant makes a word longer by more than half.</summary>
    public static (int Folded, int Words) Room(string text) => (text.Length + text.Length / 2 + 1, text.Length / 2 + 1);

    public static Words Read(string text, Span<char> folded, Span<Word> words)
    {
        int count = 0, used = 0, sentence = 0, clause = 0;
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[i]))
            {
                if (EndsSentence(text, i)) (sentence, clause) = (sentence + 1, clause + 1);
                else if (text[i] is ',' or ';' or ':' or '–' or '—' or '(' or ')' && !BetweenDigits(text, i)) clause++;
                i++;
                continue;
            }

            int start = i, from = used;
            for (; i < text.Length; i++)
            {
                if (char.IsLetterOrDigit(text[i])) folded[used++] = Fold(text[i]);
                else if (text[i] is '\u030A' && used > from && folded[used - 1] is 'a') folded[used - 1] = 'å';   // a decomposed å
                else if (text[i] is not ('\u00AD' or >= '\u0300' and <= '\u036F')) break;                          // soft hyphens, other combining marks
            }
            used = ReplaceVariant(folded, from, used);
            if (folded[from..used] is "men" or "mens" or "derimot") clause++;
            words[count++] = new Word(start, i - start, from, used - from, sentence, clause);
        }
        return new Words(folded[..used], words[..count], clause + 1);
    }

    public static char Fold(char c) => c switch
    {
        >= 'a' and <= 'z' or >= '0' and <= '9' => c,
        >= 'A' and <= 'Z' => (char)(c | 0x20),
        _ => char.ToLowerInvariant(c) switch
        {
            'ä' => 'æ',
            'ö' => 'ø',
            'é' or 'è' or 'ê' => 'e',
            'ó' or 'ò' or 'ô' => 'o',
            var lower => lower,
        },
    };

    private static int ReplaceVariant(Span<char> folded, int from, int to)
    {
        var first = folded[from] - 'a';
        if ((uint)first >= (uint)VariantsByLetter.Length || VariantsByLetter[first] is not { } variants) return to;
        foreach (var (variant, common) in variants)
        {
            var stem = variant.AsSpan().TrimEnd('*');
            var word = folded[from..to];
            if (stem.Length == variant.Length ? !word.SequenceEqual(stem) : !word.StartsWith(stem, StringComparison.Ordinal)) continue;
            folded[(from + stem.Length)..to].CopyTo(folded[(from + common.Length)..]);
            common.CopyTo(folded[from..]);
            return to + common.Length - stem.Length;
        }
        return to;
    }

    // A full stop ends a sentence unless a digit or a lower-case letter follows: «kl. 15», «pas. kom» and «m.m.» do not end one.
    private static bool EndsSentence(string text, int i)
    {
        if (text[i] is '\n') return true;
        if (text[i] is not ('.' or '!' or '?')) return false;
        var next = i + 1;
        while (next < text.Length && text[next] is ' ' or '"' or '»') next++;
        return next == text.Length || next > i + 1 && !char.IsLower(text[next]) && !char.IsDigit(text[next]);
    }

    private static bool BetweenDigits(string text, int i) => i > 0 && i + 1 < text.Length && char.IsDigit(text[i - 1]) && char.IsDigit(text[i + 1]);

    private static (string, string)[]?[] ByLetter()
    {
        var table = new (string, string)[]?['z' - 'a' + 1];
        foreach (var group in Variants.GroupBy(v => v.From[0])) table[group.Key - 'a'] = [.. group];
        return table;
    }
}
