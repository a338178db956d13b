using Avvik.Contracts;
using Avvik.Triage.Classification;

namespace Avvik.Triage.Tests.Classification;

public sealed class Lexicon_tests
{
    private static readonly string[] Notations =
    [
        .. Lexicon.Topics.SelectMany(Terms), .. Lexicon.Cues.SelectMany(c => Lexicon.Split(c.Terms)),
        .. Lexicon.Classes.SelectMany(c => Lexicon.Split(c.Terms)),
    ];

    [Fact]
    public void Every_category_has_one_topic() =>
        Assert.Equal(Vocabulary.Categories.Keys.Order(StringComparer.Ordinal), Lexicon.Topics.Select(t => t.Category).Order(StringComparer.Ordinal));

    [Fact]
    public void Topic_outranks_existing_categories_only() => Assert.All(Lexicon.Topics, topic =>
    {
        Assert.All(Lexicon.Split(topic.Outranks), code => Assert.Contains(code, Vocabulary.Categories.Keys));
        Assert.DoesNotContain(topic.Category, Lexicon.Split(topic.Outranks));
    });

    [Fact]
    public void Cues_are_listed_in_numeric_order() => Assert.Equal(Enum.GetValues<Cue>(), Lexicon.Cues.Select(c => c.Cue).Order());

    [Fact]
    public void Term_occurs_once_in_a_topic() => Assert.All(Lexicon.Topics, topic => Assert.Distinct(Terms(topic)));

    [Fact]
    public void Every_term_class_is_defined_and_used()
    {
        var asked = Parts().Where(p => p[0] is '@').Select(p => p[1..]).ToHashSet();
        Assert.Equal(Lexicon.Classes.Select(c => c.Name).Order(StringComparer.Ordinal), asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Term_is_written_in_folded_form() => Assert.All(Parts().Where(p => p[0] is not '@'), part =>
    {
        var stem = part.Trim('*');
        var words = Words.Read(stem, new char[64], new Word[64]);
        Assert.Equal(1, words.All.Length);
        Assert.Equal(stem, words.Folded(words.All[0]).ToString());
    });

    private static IEnumerable<string> Parts() => Notations.SelectMany(n => n.Split('_', '~'));

    private static IEnumerable<string> Terms(Topic t) => Lexicon.Split($"{t.Decisive} {t.Strong} {t.Clear} {t.Weak} {t.Against} {t.Not}");
}
