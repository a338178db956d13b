using System.Text.Json;
using System.Text.Json.Nodes;
using Avvik.Client;
using Avvik.Testing;

namespace Avvik.System.Tests;

/// <summary>A realistic deviation, and where it should end.</summary>
public sealed record CorpusLine(string Reporter, Submission Submission, string Category, string? Clause, string Unit, string Direction, string Community);

/// <summary>The corpus that <c>compose/demo</c> and the benchmark send, too.</summary>
public static class Corpus
{
    public static IReadOnlyList<CorpusLine> Lines { get; } = [.. File.ReadLines(Path.Combine(RepositoryRoot.Path, "tests/corpus/deviations.ndjson"))
        .Select(line =>
    {
        var node = JsonNode.Parse(line)!;
        var expected = node["expected"]!;
        return new CorpusLine((string)node["reporterOrganizationNumber"]!, node["submission"].Deserialize(ClientJson.Default.Submission)!,
            (string)expected["category"]!,
            (string?)expected["clause"], (string)expected["unit"]!, (string)expected["direction"]!, (string)expected["community"]!);
    })];

    /// <summary>A submission like that of the corpus, under a client reference of its own.</summary>
    public static Submission Fresh(this Submission submission) => submission with { ClientReference = Guid.CreateVersion7().ToString("N") };
}
