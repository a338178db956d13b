using System.Text.RegularExpressions;
using Avvik.Contracts;
using Avvik.Testing;

namespace Avvik.Architecture.Tests;

/// <summary>What a trust's reviewer reads in <c>compose/security</c> leaves nothing out that the code has.</summary>
public sealed partial class Security_document_tests
{
    [Fact]
    public void Data_flow_names_every_event_with_who_sends_and_who_takes_it()
    {
        var text = Document("dataflyt.md");
        Assert.All(MessageCatalog.All, e => Assert.Contains($"| `{e.Name}` | {Services(e.Publishers)} | {Services(e.Consumers)} |", text,
            StringComparison.Ordinal));
    }

    [Fact]
    public void Retention_names_every_table_and_jobs_that_exist()
    {
        var text = Document("lagring.md");
        var tables = Sources.In("*DbContextModelSnapshot.cs", "services").Concat(Sources.In("*DbContext.cs", "gateway"))
            .SelectMany(file => Table().Matches(file.Text).Select(m => m.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);
        Assert.True(tables.Count > 25, $"only {string.Join(", ", tables)}: the scan is blind");
        Assert.All(tables, t => Assert.Contains($"`{t}`", text, StringComparison.Ordinal));

        var code = string.Join('\n', Sources.In("*.cs", "services", "gateway").Select(file => file.Text));
        Assert.All(Job().Matches(text), job => Assert.Contains($"class {job.Groups[1].Value}", code, StringComparison.Ordinal));
    }

    [Fact]
    public void Key_routine_names_every_setting_that_holds_a_key()
    {
        var text = Document("nokler.md");
        var settings = Sources.In("*.cs", "services", "gateway").SelectMany(file => KeySetting().Matches(file.Text).Select(m => m.Value))
            .ToHashSet(StringComparer.Ordinal);
        Assert.True(settings.Count >= 4, $"only {string.Join(", ", settings)}: the scan is blind");
        // The document describes a public key with its private key.
        Assert.DoesNotContain(settings, s => !text.Contains($"`{s}`", StringComparison.Ordinal)
            && !text.Contains($"`{s.Replace("Public", "Private", StringComparison.Ordinal)}`", StringComparison.Ordinal));
    }

    [Fact]
    public void Risk_analysis_points_to_tests_that_exist()
    {
        var tests = Sources.In("*.cs", "tests").Select(file => Path.GetFileNameWithoutExtension(file.Path)).ToHashSet(StringComparer.Ordinal);
        var named = TestClass().Matches(Document("ros.md")).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        Assert.True(named.Count >= 6);
        Assert.Empty(named.Except(tests));
    }

    private static string Document(string name) => File.ReadAllText(Path.Combine(RepositoryRoot.Path, "compose/security", name));

    private static string Services(IEnumerable<string> names) => string.Join(", ", names.Select(n => char.ToUpperInvariant(n[0]) + n[1..]));

    [GeneratedRegex("""ToTable\("([a-z_]+)""", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Table();

    [GeneratedRegex(@": `([A-Z]\w+)` \|", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Job();

    [GeneratedRegex(@"\b[A-Z]\w+:(?:\w*KeyFile|\w*KeysFolder|PrintKey)\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex KeySetting();

    [GeneratedRegex(@"\b[A-Z]\w+_tests\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestClass();
}
