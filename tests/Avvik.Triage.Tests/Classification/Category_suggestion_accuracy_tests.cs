using System.Text;
using Avvik.Contracts;
using Avvik.Triage.Classification;

namespace Avvik.Triage.Tests.Classification;

public sealed class Category_suggestion_accuracy_tests
{
    [Theory]
    [InlineData("corpus.ndjson", 0.94)]
    [InlineData("development.tsv", 0.93)]
    [InlineData("heldout.tsv", 0.85)]
    [InlineData("unseen.tsv", 0.85)]
    public void First_suggestion_is_the_expected_category(string file, double atLeast)
    {
        var judged = Judge(file);
        var right = judged.Count(j => j.Right) / (double)judged.Length;
        Assert.True(right >= atLeast, $"{file}: {right:P1} right, {atLeast:P0} asked.{Confusion(judged)}");
    }

    [Theory]
    [InlineData("corpus.ndjson")]
    [InlineData("development.tsv")]
    [InlineData("heldout.tsv")]
    [InlineData("unseen.tsv")]
    public void Sure_suggestions_are_precise_and_cover_half(string file)
    {
        var judged = Judge(file);
        var sure = judged.Where(j => j.Confidence >= CategorySuggester.Sure).ToArray();
        var right = sure.Count(j => j.Right) / (double)sure.Length;
        Assert.True(right >= 0.97, $"{file}: {right:P1} of the sure are right.{Confusion(sure)}");
        Assert.True(sure.Length * 2 >= judged.Length, $"{file}: only {sure.Length} of {judged.Length} are sure.");
    }

    [Theory]
    [InlineData("development.tsv")]
    [InlineData("heldout.tsv")]
    [InlineData("unseen.tsv")]
    public void Accuracy_set_has_four_narratives_for_each_category(string file)
    {
        var tried = Narratives.Read(file).CountBy(n => n.Category).ToDictionary();
        Assert.All(Vocabulary.Categories.Keys, category => Assert.True(tried.GetValueOrDefault(category) >= 4, $"{category} in {file}"));
        Assert.All(tried.Keys, category => Assert.Contains(category, Vocabulary.Categories.Keys));
        Assert.All(Narratives.Read(file), n => Assert.Contains(n.Kind, Vocabulary.Kinds.Keys));
    }

    [Fact]
    public void Narratives_occur_in_one_set_only()
    {
        string[] files = ["corpus.ndjson", "development.tsv", "heldout.tsv", "unseen.tsv"];
        var twice = files.SelectMany(Narratives.Read).CountBy(n => n.Text).Where(n => n.Value > 1).Select(n => n.Key);
        Assert.Empty(twice);
    }

    private sealed record Judged(Narrative Narrative, IReadOnlyList<Suggestion> Suggestions)
    {
        public bool Right => Suggestions is [var first, ..] && first.Category == Narrative.Category;
        public double Confidence => Suggestions is [var first, ..] ? first.Confidence : 0;
    }

    private static Judged[] Judge(string file) => [.. Narratives.Read(file).Select(n => new Judged(n, CategorySuggester.Suggest(n.Text, n.Kind)))];

    private static string Confusion(IEnumerable<Judged> judged)
    {
        var text = new StringBuilder();
        foreach (var (narrative, suggestions) in judged.Where(j => !j.Right).OrderByDescending(j => j.Confidence))
        {
            var said = suggestions.Select(s => $"{s.Category} {s.Confidence:0.00} [{string.Join(", ", s.Terms)}]");
            text.Append('\n').Append(narrative.Category).Append(" was read as ").AppendJoin(" | ", said).Append("\n    ").Append(narrative.Text);
        }
        return text.ToString();
    }
}
