using Avvik.Contracts;

namespace Avvik.IdentityDetection;

/// <summary>Classifies a word as a part of a name: by the word lists, which contain only common names, and by its form.</summary>
internal static class Names
{
    private static readonly WordSet s_first = new(Words.Read(
        "first-names-norwegian", "first-names-sami", "first-names-somali-arabic", "first-names-other", "first-names-nordic-baltic-polish"));
    private static readonly WordSet s_last = new(Words.Read("last-names-norwegian", "last-names-sami", "last-names-other", "last-names-nordic-baltic-polish"));
    private static readonly WordSet s_alsoWords = new(Words.Read("names-that-are-words")), s_other = new(Words.Read("not-names"));
    private static readonly WordSet s_places = new(Words.Read("places").Concat(
        HealthCommunities.All.SelectMany(c => c.Parties).SelectMany(p => p.Name.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
    private static readonly WordSet s_titles = new(Words.Read("cues-title")), s_kin = new(Words.Read("cues-kin")), s_weak = new(Words.Read("cues-weak"));
    private static readonly WordSet s_verbs = new(Words.Read("verbs-of-persons")), s_possessives = new(Words.Read("possessives"));
    private static readonly WordSet s_birth = new(Words.Read("cues-birth"));
    private static readonly WordEndings s_titleEndings = new(Words.Read("title-endings")), s_lastEndings = new(Words.Read("last-name-endings"));
    // The short ones are whole words: many others end like them.
    private static readonly WordSet s_institutions = new(Words.Read("institution-endings").Where(IsWholeWord));
    private static readonly WordEndings s_institutionEndings = new(Words.Read("institution-endings").Where(e => !IsWholeWord(e)));
    private static readonly WordEndings s_thingEndings = new(Words.Read("thing-endings"));
    // Letters of other languages' names that neither bokmål nor nynorsk uses.
    private static readonly System.Buffers.SearchValues<char> s_namesOnly =
        System.Buffers.SearchValues.Create("áíúčđŋšŧžćńóśźżłąęłěřůťďňāēīūģķļņėįųůğşçıİöäüëïâîûãõñþðýÁÍÚČĐŊŠŦŽĆŃÓŚŹŻŁĄĘĀĒĪŪĢĶĻŅĖĮŲĞŞÇÖÄÜÞÐÝ");

    private static bool IsWholeWord(string ending) => ending.Length <= 3 || ending is "park" or "test" or "gård";

    public static bool IsFirst(ReadOnlySpan<char> word) => s_first.Contains(word) ||
        (word.IndexOf('-') is > 1 and var hyphen && hyphen + 1 < word.Length && char.IsUpper(word[hyphen + 1]) && s_first.Contains(word[..hyphen]));

    /// <summary>A first or last name that is also a word or a place.</summary>
    public static bool IsAlsoWord(ReadOnlySpan<char> word) => s_alsoWords.Contains(word);

    public static bool IsCommonLast(ReadOnlySpan<char> word) => s_last.Contains(word);

    /// <summary>In the list of last names or formed like one; also in the genitive.</summary>
    public static bool IsLast(ReadOnlySpan<char> word)
    {
        if (s_last.Contains(word) || (word.Length > 3 && word[^1] is 's' or 'S' && s_last.Contains(word[..^1]))) return true;
        if (word.IndexOf('-') is > 1 and var hyphen) return IsLast(word[(hyphen + 1)..]);
        if (word.Length > 6 && word[^1] is 's' && word[^2] is not ('s' or 'u')) word = word[..^1];
        return s_lastEndings.End(word, before: 2);
    }

    /// <summary>A patronymic (-sen, -sson), a form that other words do not have.</summary>
    public static bool IsPatronymic(ReadOnlySpan<char> word)
    {
        if (word.Length > 6 && word[^1] is 's') word = word[..^1];
        return word.Length > 5 && char.IsUpper(word[0]) && s_last.Contains(word) && (word.EndsWith("sen") || word.EndsWith("sson"));
    }

    /// <summary>Contains a letter that Norwegian words do not use.</summary>
    public static bool IsForeignSpelling(ReadOnlySpan<char> word) => word.Length > 2 && word.ContainsAny(s_namesOnly);

    public static bool IsPlace(ReadOnlySpan<char> word) => s_places.Contains(word) || (word.Length > 3 && word[^1] == 's' && s_places.Contains(word[..^1]));

    /// <summary>Often capitalised, but not a name.</summary>
    public static bool IsOther(ReadOnlySpan<char> word) => s_other.Contains(word);

    public static bool IsInstitution(ReadOnlySpan<char> word) => s_institutions.Contains(word) || s_institutionEndings.End(word);

    public static bool IsThing(ReadOnlySpan<char> word) => s_thingEndings.End(word);

    public static NameCue CueOf(ReadOnlySpan<char> word) =>
        s_titles.Contains(word) ? NameCue.Title : s_kin.Contains(word) ? NameCue.Kin : s_weak.Contains(word) ? NameCue.Weak
        : IsOccupation(word) ? NameCue.Title : NameCue.None;

    /// <summary>Formed like a word for what a person works as: "kommunalsjef", "psykologspesialisten".</summary>
    private static bool IsOccupation(ReadOnlySpan<char> word) => s_titleEndings.End(word) && !s_first.Contains(word) && !s_last.Contains(word);

    /// <summary>A verb that follows a person's name and rarely another word.</summary>
    public static bool IsVerbOfPerson(ReadOnlySpan<char> word) => s_verbs.Contains(word);

    public static bool IsPossessive(ReadOnlySpan<char> word) => s_possessives.Contains(word);

    public static bool IsBirth(ReadOnlySpan<char> word) => s_birth.Contains(word);
}

/// <summary>What the word before a name indicates.</summary>
internal enum NameCue
{
    None,
    /// <summary>Anything may follow it: only a known first name counts.</summary>
    Weak,
    /// <summary>A person who is called by the first name.</summary>
    Kin,
    /// <summary>A person who may be called by the last name alone.</summary>
    Title,
}
