using Avvik.Triage.Assessments;
using Avvik.Triage.Tests.Classification;

namespace Avvik.Triage.Tests.Assessments;

public sealed class Similarity_tests
{
    private const ulong Seed = 4711;

    private static double Of(string a, string b) => Similarity.Of(Similarity.SignatureOf(a, Seed), Similarity.SignatureOf(b, Seed));

    [Fact]
    public void Signature_ignores_case_and_punctuation() =>
        Assert.Equal(1, Of("Epikrisen kom ni dager etter utskrivning, og fastlegen visste ikke.",
            "epikrisen kom ni dager etter utskrivning – og fastlegen visste ikke!"));

    [Fact]
    public void Text_with_one_more_sentence_is_still_similar() => Assert.InRange(Of(
        "Pasienten ble skrevet ut fredag kveld uten at kommunen var varslet, og hjemmesykepleien hadde ikke fått medisinliste eller beskjed om sårstell.",
        "Pasienten ble skrevet ut fredag kveld uten at kommunen var varslet, og hjemmesykepleien hadde ikke fått medisinliste eller beskjed om sårstell. "
        + "Vi ringte avdelingen."), Similarity.Same, 1);

    [Fact]
    public void No_two_corpus_narratives_are_similar()
    {
        string[] narratives = [.. Narratives.Read("corpus.ndjson").Select(n => n.Text)];
        Assert.True(narratives.Length >= 30);
        Assert.Empty(narratives.SelectMany((a, i) => narratives.Skip(i + 1).Where(b => Of(a, b) >= Similarity.Same).Select(b => $"{a} | {b}")));
    }

    [Fact]
    public void Signature_needs_the_secret_seed_and_more_than_one_word()
    {
        const string Text = "Epikrisen kom ni dager etter utskrivning.";
        Assert.InRange(Similarity.Of(Similarity.SignatureOf(Text, Seed), Similarity.SignatureOf(Text, Seed + 1)), 0, 0.2);
        Assert.Equal(0, Of("Epikrise", "Epikrise"));
        Assert.Equal(0, Of("", ""));
    }
}
