using Avvik.Client;
using Avvik.Testing;

namespace Avvik.System.Tests;

[Collection(nameof(RunningSystem))]
public sealed class Corpus_tests(RunningSystem system)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Corpus_deviation_is_routed_to_the_expected_unit_and_clause()
    {
        var sent = new List<(CorpusLine Line, IAvvikClient Reporter, Guid Id)>();
        foreach (var line in Corpus.Lines)
        {
            var reporter = await system.ClientAsync(line.Reporter, "client");
            sent.Add((line, reporter, (await reporter.SubmitAsync(line.Submission.Fresh() with { Category = line.Category })).Id));
        }
        Assert.Equal(36, sent.Count);

        var wrong = new List<string>();
        foreach (var (line, reporter, id) in sent)
        {
            await Eventually.IsTrue(async () => (await reporter.GetDeviationAsync(id)).Case is not null, Soon);
            var deviation = await reporter.GetDeviationAsync(id);
            var got = (deviation.Case!.Unit, deviation.Agreement?.Clause, deviation.Direction, deviation.Community);
            if (got != (line.Unit, line.Clause, line.Direction, line.Community)) wrong.Add($"{line.Submission.ClientReference}: {got}");
        }
        Assert.Empty(wrong);
    }
}
