using Avvik.Triage.Assessments;
using Avvik.Triage.Tests.Classification;

namespace Avvik.Triage.Tests.Assessments;

public sealed class Likeness_tests
{
    private const ulong Seed = 4711;

    private static double Of(string a, string b) => Likeness.Of(Likeness.Sketch(a, Seed), Likeness.Sketch(b, Seed));

    [Fact]
    public void The_same_words_are_the_same_whatever_their_case_and_punctuation() =>
        Assert.Equal(1, Of("Epikrisen kom ni dager etter utskrivning, og fastlegen visste ikke.", "epikrisen kom ni dager etter utskrivning – og fastlegen visste ikke!"));

    [Fact]
    public void A_telling_with_a_sentence_more_is_still_like() => Assert.InRange(Of(
        "Pasienten ble skrevet ut fredag kveld uten at kommunen var varslet, og hjemmesykepleien hadde ikke fått medisinliste eller beskjed om sårstell.",
        "Pasienten ble skrevet ut fredag kveld uten at kommunen var varslet, og hjemmesykepleien hadde ikke fått medisinliste eller beskjed om sårstell. Vi ringte avdelingen."), Likeness.Same, 1);

    [Fact]
    public void Of_the_corpus_no_two_tellings_are_taken_for_the_same()
    {
        string[] narratives = [.. Narratives.Read("corpus.ndjson").Select(n => n.Text)];
        Assert.True(narratives.Length >= 30);
        Assert.Empty(narratives.SelectMany((a, i) => narratives.Skip(i + 1).Where(b => Of(a, b) >= Likeness.Same).Select(b => $"{a} | {b}")));
    }

    [Fact]
    public void Without_the_seed_nothing_is_like_and_of_one_word_nothing_can_be_said()
    {
        const string Text = "Epikrisen kom ni dager etter utskrivning.";
        Assert.InRange(Likeness.Of(Likeness.Sketch(Text, Seed), Likeness.Sketch(Text, Seed + 1)), 0, 0.2);
        Assert.Equal(0, Of("Epikrise", "Epikrise"));
        Assert.Equal(0, Of("", ""));
    }
}
