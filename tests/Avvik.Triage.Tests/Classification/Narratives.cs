using System.Text.Json;

namespace Avvik.Triage.Tests.Classification;

/// <summary>A narrative and the category a coordinator gave it.</summary>
internal sealed record Narrative(string Category, string Kind, string Text);

/// <summary>
/// <c>corpus.ndjson</c>: the deviations the system is shown with. <c>development.tsv</c>: what the lexicon was tuned on. <c>heldout.tsv</c>: written
/// before the lexicon, and <c>unseen.tsv</c>: written after it was frozen; neither was ever tuned on, and must not be. Who learns from a miss there moves
/// the sentence to the development set and writes a new one.
/// </summary>
internal static class Narratives
{
    public static Narrative[] Read(string file)
    {
        Func<string, Narrative> read = file.EndsWith(".tsv", StringComparison.Ordinal) ? FromTsv : FromCorpus;
        return [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Classification", file)).Where(line => line.Length > 0).Select(read)];
    }

    private static Narrative FromTsv(string line) => line.Split('\t') is [var category, var kind, var text]
        ? new(category, kind, text)
        : throw new FormatException($"Not category, kind and narrative: {line}");

    private static Narrative FromCorpus(string line)
    {
        var root = JsonElement.Parse(line);
        var submission = root.GetProperty("submission");
        var category = root.GetProperty("expected").GetProperty("category").GetString()!;
        return new(category, submission.GetProperty("kind").GetString()!, submission.GetProperty("narrative").GetString()!);
    }
}
