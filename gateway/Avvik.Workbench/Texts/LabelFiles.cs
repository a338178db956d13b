using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Avvik.Workbench.Texts;

/// <summary>A text in the three languages.</summary>
public sealed record Label(
    [property: JsonPropertyName("nb"), JsonRequired] string Bokmål,
    [property: JsonPropertyName("nn"), JsonRequired] string Nynorsk,
    [property: JsonPropertyName("en"), JsonRequired] string English)
{
    public string In(string language) => language switch { "nn" => Nynorsk, "en" => English, _ => Bokmål };
}

/// <summary>
/// Every word of the pages, from <c>Texts/*.json</c>: a file for each page area, its name is the first part of the key. The words of the vocabulary's codes
/// are those that the API gives.
/// </summary>
public sealed class LabelFiles
{
    private readonly FrozenDictionary<string, Label> _all;

    public LabelFiles()
    {
        var assembly = typeof(LabelFiles).Assembly;
        var all = new Dictionary<string, Label>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames().Where(n => n.StartsWith("Texts/", StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            Add(Path.GetFileNameWithoutExtension(resource), stream);
        }
        using var vocabulary = typeof(Contracts.Vocabulary).Assembly.GetManifestResourceStream("vocabulary-labels.json")!;
        Add("vocabulary", vocabulary);
        _all = all.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(string area, Stream file)
        {
            foreach (var (key, label) in JsonSerializer.Deserialize<Dictionary<string, Label>>(file)!) all.Add($"{area}.{key}", label);
        }
    }

    public IReadOnlyDictionary<string, Label> All => _all;
    public Label? Find(string key) => _all.GetValueOrDefault(key);
}
