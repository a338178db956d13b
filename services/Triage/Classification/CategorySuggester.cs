using System.Runtime.InteropServices;

namespace Avvik.Triage.Classification;

/// <summary>A suggested category, its confidence (0–1), and the words of the text that it is based on.</summary>
internal sealed record Suggestion(string Category, double Confidence, IReadOnlyList<string> Terms);

/// <summary>
/// Suggests categories for a narrative. No model and no randomness: a category's score is the sum of the weights of its terms (<see cref="Lexicon"/>),
/// adjusted for their context, and its confidence is its share of the sum of all scores.
/// </summary>
internal static class CategorySuggester
{
    /// <summary>Confidence from which a deviation is routed without a person: right in at least 97 of 100, as the tests measure.</summary>
    public const double Sure = 0.55;

    private const int MaxSuggestions = 3;
    private const int MaxTerms = 6;
    private const double MinConfidence = 0.08;

    // Added to the sum of scores, so that a single weak term gives a low confidence.
    private const double Prior = 5;
    private const double Strong = 6;
    private const string GoodPractice = "goodPractice";

    private static readonly Term[] Terms = [.. Lexicon.Topics.SelectMany(TermsOf), .. Lexicon.Cues.SelectMany(CuesOf)];
    private static readonly TermIndex Index = new(Lexicon.Classes, [.. Terms.Select(t => (t.Notation, t.Sink))]);
    private static readonly int[][] Outranked =
        [.. Lexicon.Topics.Select(topic => Lexicon.Split(topic.Outranks).Select(code => Array.FindIndex(Lexicon.Topics, t => t.Category == code)).ToArray())];
    private static readonly int Other = Array.FindIndex(Lexicon.Topics, t => t.Category == "other");

    private sealed record Term(string Notation, int Sink, double Weight);

    private readonly record struct Evidence(double Weight, int Hit);

    // How a word affects the words after it.
    [Flags]
    private enum Tone : byte { None = 0, Lack = 1, Place = 2, NotAbout = 4, Unknown = 8 }

    // Document: one past the first word that names a document with a topic of its own.
    private record struct ClauseTone(int Failures, int Praises, bool Contrast, int Document, int DocumentTopic);

    /// <summary>Suggestions, best first, at most three; empty when no term matches.</summary>
    public static IReadOnlyList<Suggestion> Suggest(string narrative, string kind)
    {
        var room = Words.Room(narrative);
        var words = narrative.Length <= 1024
            ? Words.Read(narrative, stackalloc char[room.Folded], stackalloc Word[room.Words])
            : Words.Read(narrative, new char[room.Folded], new Word[room.Words]);
        return Suggest(narrative, kind, words);
    }

    private static List<Suggestion> Suggest(string narrative, string kind, in Words words)
    {
        var hits = CollectionsMarshal.AsSpan(Index.Find(words));
        Span<Tone> tones = words.All.Length <= 512 ? stackalloc Tone[words.All.Length] : new Tone[words.All.Length];
        Span<ClauseTone> clauses = words.Clauses <= 256 ? stackalloc ClauseTone[words.Clauses] : new ClauseTone[words.Clauses];
        tones.Clear();
        clauses.Clear();
        ReadTone(hits, words.All, tones, clauses);

        // Each term counts once, at its best match: repetition is no further evidence.
        Span<Evidence> evidence = stackalloc Evidence[Terms.Length];
        evidence.Clear();
        Span<double> scores = stackalloc double[Lexicon.Topics.Length];
        scores.Clear();
        for (var h = 0; h < hits.Length; h++)
        {
            var term = Terms[hits[h].Term];
            if (term.Sink >= Lexicon.Topics.Length || term.Weight == 0) continue;
            var weight = term.Weight < 0 ? term.Weight : term.Weight *
                Emphasis(hits[h], Lexicon.Topics[term.Sink], term.Sink, words.All, tones, clauses[words.All[hits[h].First].Clause]);
            ref var known = ref evidence[hits[h].Term];
            if (Math.Abs(weight) <= Math.Abs(known.Weight)) continue;
            scores[term.Sink] += weight - known.Weight;
            known = new Evidence(weight, h);
        }

        var praised = Praised(kind, clauses);
        if (praised)
        {
            foreach (ref var score in scores) score *= 0.25;
            scores[Other] += 14;
        }
        Rank(scores);
        return Best(narrative, words.All, hits, scores, evidence, praised);
    }

    private static void ReadTone(ReadOnlySpan<Hit> hits, ReadOnlySpan<Word> words, Span<Tone> tones, Span<ClauseTone> clauses)
    {
        foreach (var hit in hits)
        {
            var term = Terms[hit.Term];
            ref var clause = ref clauses[words[hit.First].Clause];
            if (term.Sink < Lexicon.Topics.Length)
            {
                if (clause.Document == 0 && term.Weight >= Strong && Lexicon.Topics[term.Sink].Document)
                    (clause.Document, clause.DocumentTopic) = (hit.First + 1, term.Sink);
                continue;
            }
            switch ((Cue)(term.Sink - Lexicon.Topics.Length))
            {
                case Cue.Failure: clause.Failures++; break;
                case Cue.Praise: clause.Praises++; break;
                // Both its words were counted as failures.
                case Cue.NoFault: (clause.Failures, clause.Praises) = (clause.Failures - 2, clause.Praises + 1); break;
                case Cue.Contrast: clause.Contrast = true; break;
                case Cue.Lack: tones[hit.Last] |= Tone.Lack; break;
                case Cue.Place: tones[hit.Last] |= Tone.Place; break;
                case Cue.NotAbout: tones[hit.Last] |= Tone.NotAbout; break;
                case Cue.Unknown: tones[hit.Last] |= Tone.Unknown; break;
            }
        }
    }

    private static double Emphasis(in Hit hit, Topic topic, int sink, ReadOnlySpan<Word> words, ReadOnlySpan<Tone> tones, in ClauseTone clause)
    {
        var factor = hit.Inside ? 0.8 : 1.0;
        // The first sentence says what the narrative is about.
        if (words[hit.First].Sentence == 0) factor *= 1.2;

        Tone before = Tone.None, justBefore = Tone.None;
        for (var w = hit.First - 1; w >= 0 && w >= hit.First - 4 && words[w].Clause == words[hit.First].Clause; w--)
        {
            before |= tones[w];
            if (w >= hit.First - 2) justBefore |= tones[w];
        }
        if (before.HasFlag(Tone.NotAbout)) factor *= 0.2;
        if (before.HasFlag(Tone.Unknown)) factor *= 0.6;
        if (topic.OnlyWithFault && clause.Failures <= 0) factor *= 0.7;

        if (topic.Setting && justBefore.HasFlag(Tone.Place)) factor *= 0.35;
        else if (IsContent(hit, sink, tones, clause)) factor *= 0.6;
        else if (before.HasFlag(Tone.Lack)) factor *= 1.4;
        else if (clause.Failures > 0) factor *= 1.15;
        else if (clause.Praises > 0) factor *= 0.25;
        return factor;
    }

    // «Henvisningen mangler medisinliste» is about the referral, not the medication list.
    private static bool IsContent(in Hit hit, int sink, ReadOnlySpan<Tone> tones, in ClauseTone clause)
    {
        if (clause.Document == 0 || clause.DocumentTopic == sink) return false;
        for (var w = clause.Document; w < hit.First; w++)
        {
            if (tones[w].HasFlag(Tone.Lack)) return true;
        }
        return false;
    }

    // Praise is no deviation, whatever it praises, unless a «men …» with a failure follows.
    private static bool Praised(string kind, ReadOnlySpan<ClauseTone> clauses)
    {
        int failures = 0, praises = 0;
        foreach (var clause in clauses)
        {
            if (clause.Contrast && clause.Failures > 0) return false;
            praises += clause.Praises;
            if (clause.Praises == 0) failures += Math.Max(0, clause.Failures);
        }
        return kind == GoodPractice ? praises > 0 || failures == 0 : praises >= 2 && failures == 0;
    }

    // A topic that outranks another lowers the other's score.
    private static void Rank(Span<double> scores)
    {
        Span<double> factors = stackalloc double[scores.Length];
        factors.Fill(1);
        for (var t = 0; t < scores.Length; t++)
        {
            if (scores[t] < 5) continue;
            foreach (var lower in Outranked[t])
            {
                if (scores[t] >= 0.4 * scores[lower]) factors[lower] = 0.4;
            }
        }
        for (var t = 0; t < scores.Length; t++) scores[t] = Math.Max(0, scores[t] * factors[t]);
    }

    private static List<Suggestion> Best(
        string narrative, ReadOnlySpan<Word> words, ReadOnlySpan<Hit> hits, ReadOnlySpan<double> scores, ReadOnlySpan<Evidence> evidence, bool praised)
    {
        var total = Prior;
        foreach (var score in scores) total += score;

        var suggestions = new List<Suggestion>(MaxSuggestions);
        Span<bool> taken = stackalloc bool[scores.Length];
        taken.Clear();
        while (suggestions.Count < MaxSuggestions)
        {
            var top = -1;
            for (var t = 0; t < scores.Length; t++)
            {
                if (!taken[t] && (top < 0 || scores[t] > scores[top])) top = t;
            }
            var confidence = scores[top] / total;
            if (confidence < MinConfidence) break;
            taken[top] = true;
            var terms = TermsFor(top, narrative, words, hits, evidence, praised);
            suggestions.Add(new Suggestion(Lexicon.Topics[top].Category, Math.Round(confidence, 2), terms));
        }
        return suggestions;
    }

    private static List<string> TermsFor(
        int topic, string narrative, ReadOnlySpan<Word> words, ReadOnlySpan<Hit> hits, ReadOnlySpan<Evidence> evidence, bool praised)
    {
        var found = new List<string>();
        for (var h = 0; h < hits.Length && found.Count < MaxTerms; h++)
        {
            var hit = hits[h];
            var sink = Terms[hit.Term].Sink;
            var spoke = sink == topic
                ? evidence[hit.Term] is { Weight: > 0 } best && best.Hit == h
                : praised && topic == Other && sink == SinkOf(Cue.Praise);
            if (!spoke) continue;
            Add(found, narrative, words, hit.First, hit.Last);
            if (hit.OtherFirst >= 0) Add(found, narrative, words, hit.OtherFirst, hit.OtherLast);
        }
        return found;
    }

    private static void Add(List<string> found, string narrative, ReadOnlySpan<Word> words, int first, int last)
    {
        var text = narrative[words[first].Start..(words[last].Start + words[last].Length)];
        if (!found.Contains(text, StringComparer.OrdinalIgnoreCase)) found.Add(text);
    }

    private static IEnumerable<Term> TermsOf(Topic topic, int sink) =>
        new (string Terms, double Weight)[] { (topic.Decisive, 10), (topic.Strong, Strong), (topic.Clear, 3), (topic.Weak, 1), (topic.Against, -3),
            (topic.Not, 0) }
            .SelectMany(level => Lexicon.Split(level.Terms).Select(notation => new Term(notation, sink, level.Weight)));

    private static IEnumerable<Term> CuesOf((Cue Cue, string Terms) cue) => Lexicon.Split(cue.Terms).Select(notation => new Term(notation, SinkOf(cue.Cue), 1));

    private static int SinkOf(Cue cue) => Lexicon.Topics.Length + (int)cue;
}
