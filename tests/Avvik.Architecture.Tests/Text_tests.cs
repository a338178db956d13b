using System.Text.Json;
using System.Text.RegularExpressions;
using Avvik.Contracts;

namespace Avvik.Architecture.Tests;

public sealed partial class Text_tests
{
    internal static readonly Dictionary<string, Dictionary<string, Dictionary<string, string>>> Texts = Read();

    [Fact]
    public void Every_text_exists_in_bokmål_and_english_with_the_same_placeholders()
    {
        Assert.Equal(["fhir", "fields", "flags", "messages", "notices", "pages", "problems", "report"], Texts.Keys.Order(StringComparer.Ordinal));
        foreach (var (list, codes) in Texts)
            foreach (var (code, languages) in codes)
            {
                Assert.Equal(["en", "nb"], languages.Keys.Order(StringComparer.Ordinal));
                Assert.All(languages.Values, text => Assert.False(string.IsNullOrWhiteSpace(text), $"{list}.{code}"));
                Assert.Equal(Places().Matches(languages["nb"]).Select(m => m.Value), Places().Matches(languages["en"]).Select(m => m.Value));
            }
    }

    [Fact]
    public void Every_triage_flag_has_a_text()
    {
        var source = Sources.In("Assessment.cs", "services/Triage").Single().Text;
        var start = source.IndexOf("class TriageFlags", StringComparison.Ordinal);
        var flags = source[start..source.IndexOf('}', start)];
        var codes = Literals().Matches(flags).Select(m => m.Groups["code"].Value).ToList();
        Assert.Equal(["agreementMissing", "noCategory", "possibleDuplicate", "possibleIdentity", "reopened", "seriousHarm", "unresolvedParty"],
            codes.Order(StringComparer.Ordinal));
        Assert.Empty(codes.Except(Texts["flags"].Keys));
    }

    [Fact]
    public void Missing_text_throws_instead_of_giving_an_empty_string() =>
        Assert.Throws<KeyNotFoundException>(() => Contracts.Texts.Problem("unknown", english: false));

    private static Dictionary<string, Dictionary<string, Dictionary<string, string>>> Read()
    {
        using var stream = typeof(Vocabulary).Assembly.GetManifestResourceStream("texts.json")!;
        return JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, Dictionary<string, string>>>>(stream)!;
    }

    [GeneratedRegex("""(?<!\$|ContainsKey\()"(?<code>[a-z][A-Za-z]+)"(?! =>)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Literals();

    [GeneratedRegex(@"\{\d\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Places();
}
