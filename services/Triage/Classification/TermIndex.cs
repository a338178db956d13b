namespace Avvik.Triage.Classification;

/// <summary>A match of a term: its words (the second span only for a pair near each other), and whether it is inside a compound.</summary>
internal readonly record struct Hit(int Term, int First, int Last, int OtherFirst, int OtherLast, bool Inside);

/// <summary>
/// Finds all terms of the lexicon in one pass over the words. The notation: <c>lar</c> that word; <c>rus*</c> a word that begins so, and, when the stem is
/// long enough to be a word of its own (<c>epikris*</c>), a compound with it; <c>*tolk</c> a word that ends so, <c>*heis*</c> one that has it anywhere;
/// <c>a_b</c> words after each other (one may stand between); <c>a~b</c> near each other in a sentence, in any order; <c>@class</c> any word of a class.
/// </summary>
internal sealed class TermIndex
{
    private const int NearWords = 10;
    // Letters. A stem this long also matches inside a compound: «spesialmadrass», «viderehenvist»; a shorter one could be part of any word.
    private const int MinCompoundStem = 6;
    private const int Keys = 32;

    private enum Joint { Single, Sequence, Near }

    // A sink below zero is a class: its match counts as a part of other terms.
    private sealed record Term(Joint Joint, int[] Parts, int Sink);

    private readonly record struct Part(string Text, bool Inside, bool Open, int Number)
    {
        // The key has two letters; comparing the third rejects nearly all other candidates.
        public readonly char Third = Text.Length > 2 ? Text[2] : '\0';
    }

    private readonly List<Term> _terms = [];
    private readonly List<Term> _sequences = [];
    private readonly Dictionary<string, int> _partNumbers = new(StringComparer.Ordinal);
    private readonly Part[] _parts;
    private readonly int[][] _termsByPart;
    private readonly int[] _begin;
    private readonly Part[] _insideParts;
    private readonly int[] _insideBegin;
    private readonly int _partCount;

    /// <param name="classes">Name and terms of each class.</param>
    /// <param name="terms">The terms that give hits; <see cref="Hit.Term"/> is the position here. Sink: the longest term of a sink at a place wins.</param>
    public TermIndex(IEnumerable<(string Name, string Terms)> classes, IReadOnlyList<(string Notation, int Sink)> terms)
    {
        foreach (var (notation, sink) in terms) _terms.Add(Parse(notation, sink));
        foreach (var (name, list) in classes)
        {
            foreach (var notation in Lexicon.Split(list)) _terms.Add(Parse(notation, ~Number("@" + name)));
        }
        _terms.AddRange(_sequences);

        _partCount = _partNumbers.Count;
        var parts = new List<Part>();
        foreach (var (text, number) in _partNumbers)
        {
            if (text[0] is '@' || text.Contains('_')) continue;
            var (inside, open, stem) = (text[0] is '*', text[^1] is '*', text.Trim('*'));
            parts.Add(new Part(stem, inside || open && stem.Length >= MinCompoundStem, open, number));
        }
        (_parts, _begin) = Bucketed(parts);
        (_insideParts, _insideBegin) = Bucketed(parts.Where(p => p.Inside));

        var byPart = new List<int>[_partCount];
        for (var t = 0; t < _terms.Count; t++)
        {
            var term = _terms[t];
            // A sequence is complete with its last part, a pair with either.
            foreach (var part in term.Joint is Joint.Near ? term.Parts : [term.Parts[^1]]) (byPart[part] ??= []).Add(t);
        }
        _termsByPart = [.. byPart.Select(list => list?.ToArray() ?? [])];
    }

    public List<Hit> Find(in Words words)
    {
        Span<Seen> seen = stackalloc Seen[_partCount];
        Span<int> longest = stackalloc int[Lexicon.Sinks];
        seen.Clear();
        longest.Clear();
        var search = new Search(words.All, seen, longest);
        for (var w = 0; w < words.All.Length; w++)
        {
            var folded = words.Folded(words.All[w]);
            for (var at = 0; at < folded.Length; at++)
            {
                if (at is 1 or 2) continue;   // the first part of a compound is no shorter than three letters
                var (parts, begin) = at == 0 ? (_parts, _begin) : (_insideParts, _insideBegin);
                var rest = folded[at..];
                var key = Key(rest);
                for (var p = begin[key]; p < begin[key + 1]; p++)
                {
                    ref readonly var part = ref parts[p];
                    if (part.Third != '\0' && (rest.Length < 3 || rest[2] != part.Third)) continue;
                    if (part.Open ? rest.StartsWith(part.Text, StringComparison.Ordinal) : rest.SequenceEqual(part.Text))
                        Saw(ref search, part.Number, w, w, place: w * 64 + Math.Min(at, 63) + 1, inside: at > 0);
                }
            }
        }
        return search.Hits;
    }

    private void Saw(ref Search search, int part, int first, int last, int place, bool inside)
    {
        search.Seen[part] = new Seen(first + 1, last);
        foreach (var t in _termsByPart[part])
        {
            var term = _terms[t];
            switch (term.Joint)
            {
                case Joint.Single when term.Sink < 0:
                    Saw(ref search, ~term.Sink, first, last, place, inside);
                    break;
                // Parts come longest first: a shorter term of the same topic at the same place is ignored.
                case Joint.Single when place < 0 || search.Longest[term.Sink] != place:
                    if (place >= 0) search.Longest[term.Sink] = place;
                    search.Hits.Add(new Hit(t, first, last, -1, -1, inside));
                    break;
                case Joint.Sequence when SequenceStart(search, term, first) is var start and >= 0:
                    Emit(ref search, t, term, start, last);
                    break;
                case Joint.Near:
                    var other = search.Seen[term.Parts[0] == part ? term.Parts[1] : term.Parts[0]];
                    if (other.First >= 0 && other.Last < first && first - other.Last <= NearWords && search.SameSentence(other.Last, first))
                        Emit(ref search, t, term, first, last, other.First, other.Last);
                    break;
            }
        }
    }

    private void Emit(ref Search search, int t, Term term, int first, int last, int otherFirst = -1, int otherLast = -1)
    {
        if (term.Sink < 0) Saw(ref search, ~term.Sink, first, last, place: -1, inside: false);
        else search.Hits.Add(new Hit(t, first, last, otherFirst, otherLast, false));
    }

    private static int SequenceStart(in Search search, Term term, int lastStart)
    {
        var next = lastStart;
        for (var i = term.Parts.Length - 2; i >= 0; i--)
        {
            var seen = search.Seen[term.Parts[i]];
            if (seen.First < 0 || seen.Last >= next || next - seen.Last > 2 || !search.SameSentence(seen.Last, next)) return -1;
            next = seen.First;
        }
        return next;
    }

    private Term Parse(string notation, int sink)
    {
        var joint = notation.Contains('~') ? Joint.Near : notation.Contains('_') ? Joint.Sequence : Joint.Single;
        if (joint is not Joint.Near) return new Term(joint, [.. notation.Split('_').Select(Number)], sink);
        foreach (var sequence in notation.Split('~').Where(part => part.Contains('_') && !_partNumbers.ContainsKey(part)))
            _sequences.Add(new Term(Joint.Sequence, [.. sequence.Split('_').Select(Number)], ~Number(sequence)));
        return new Term(joint, [.. notation.Split('~').Select(Number)], sink);
    }

    private int Number(string part)
    {
        if (!_partNumbers.TryGetValue(part, out var number)) _partNumbers.Add(part, number = _partNumbers.Count);
        return number;
    }

    private static (Part[], int[]) Bucketed(IEnumerable<Part> parts)
    {
        var sorted = parts.OrderBy(p => Key(p.Text)).ThenByDescending(p => p.Text.Length).ThenBy(p => p.Open).ThenBy(p => p.Inside).ToArray();
        var begin = new int[Keys * Keys + 1];
        foreach (var part in sorted) begin[Key(part.Text) + 1]++;
        for (var k = 1; k < begin.Length; k++) begin[k] += begin[k - 1];
        return (sorted, begin);
    }

    private static int Key(ReadOnlySpan<char> text) => Letter(text[0]) * Keys + (text.Length > 1 ? Letter(text[1]) : 0);

    private static int Letter(char c) => c switch { >= 'a' and <= 'z' => c - 'a' + 1, 'æ' => 27, 'ø' => 28, 'å' => 29, >= '0' and <= '9' => 30, _ => 31 };

    // First is one more than the word, so that cleared memory means not seen.
    private readonly record struct Seen(int FirstPlusOne, int Last)
    {
        public int First => FirstPlusOne - 1;
    }

    private readonly ref struct Search(ReadOnlySpan<Word> words, Span<Seen> seen, Span<int> longest)
    {
        private readonly ReadOnlySpan<Word> _words = words;
        public readonly Span<Seen> Seen = seen;
        public readonly Span<int> Longest = longest;
        public readonly List<Hit> Hits = new(48);

        public bool SameSentence(int a, int b) => _words[a].Sentence == _words[b].Sentence;
    }
}
