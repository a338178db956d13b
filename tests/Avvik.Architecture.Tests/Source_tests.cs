using System.Globalization;
using System.Text.RegularExpressions;

namespace Avvik.Architecture.Tests;

public sealed partial class Source_tests
{
    [Fact]
    public void Services_read_the_time_only_from_the_time_provider()
    {
        var sources = Sources.In("*.cs", "services", "gateway").ToList();
        Assert.True(sources.Count > 50);
        Assert.Empty(sources.Lines(line => Clock().IsMatch(line)));
        Assert.NotEmpty(sources.Lines(line => line.Contains("GetUtcNow()", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_test_sleeps_or_is_skipped()
    {
        // This file contains the searched words itself.
        var tests = Sources.In("*.cs", "tests")
            .Where(f => f.Path.Contains(".Tests", StringComparison.Ordinal) && !f.Path.EndsWith("Source_tests.cs", StringComparison.Ordinal)).ToList();
        Assert.True(tests.Count > 20);
        Assert.Empty(tests.Lines(line => Waiting().IsMatch(line)));
    }

    [Fact]
    public void No_line_is_longer_than_max_line_length_of_editorconfig()
    {
        var editorConfig = File.ReadAllText(Path.Combine(Testing.RepositoryRoot.Path, ".editorconfig"));
        var max = int.Parse(MaxLineLength().Match(editorConfig).Groups["columns"].Value, CultureInfo.InvariantCulture);
        var files = Sources.In("*", "contracts", "services", "gateway", "compose", "tests")
            .Concat(Directory.EnumerateFiles(Testing.RepositoryRoot.Path, "*.md").Select(f => (Path: Path.GetFileName(f), Text: File.ReadAllText(f))))
            .Where(f => IsSource(f.Path, f.Text)).ToList();
        foreach (var type in new[] { ".cs", ".cshtml", ".md", ".sh", "" })
            Assert.Contains(files, f => Path.GetExtension(f.Path) == type);
        Assert.Empty(files.Lines(line => line.TrimEnd('\r').Length > max && !line.TrimStart().StartsWith('|')));
    }

    [Fact]
    public void No_test_name_is_longer_than_80_characters()
    {
        var names = Sources.In("*.cs", "tests").Where(f => f.Path.Contains(".Tests", StringComparison.Ordinal))
            .SelectMany(f => TestName().Matches(f.Text)).Select(m => m.Groups["name"].Value).ToList();
        Assert.True(names.Count > 500, $"only {names.Count} tests found");
        Assert.DoesNotContain(names, name => name.Length > 80);
    }

    // Scripts have no extension. Migrations are generated.
    private static bool IsSource(string path, string text) => Path.GetExtension(path) switch
    {
        ".cs" => !path.Contains("/Migrations/", StringComparison.Ordinal),
        ".cshtml" or ".md" or ".sh" => true,
        "" => text.StartsWith("#!", StringComparison.Ordinal),
        _ => false,
    };

    [Fact]
    public void No_file_contains_a_machine_path_or_a_package_feed()
    {
        var files = Sources.In("*", "contracts", "services", "gateway", "compose", "tests", ".ci")
            .Concat(Directory.EnumerateFiles(Testing.RepositoryRoot.Path).Select(f => (Path: Path.GetFileName(f), Text: File.ReadAllText(f)))).ToList();
        Assert.Contains(files, f => f.Path == "Avvik.sln");
        Assert.Empty(files.Where(f => !f.Path.EndsWith("Source_tests.cs", StringComparison.Ordinal)).Lines(line => Workplace().IsMatch(line)));
    }

    [GeneratedRegex(@"\b(DateTime\.(Now|UtcNow|Today)|DateTimeOffset\.(Now|UtcNow)|TimeProvider\.System\.Get|Environment\.TickCount)",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Clock();

    [GeneratedRegex(@"^max_line_length\s*=\s*(?<columns>\d+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MaxLineLength();

    [GeneratedRegex(@"\bpublic (async )?(Task|void|Property) (?<name>[A-Z]\w*_\w+)\(", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestName();

    [GeneratedRegex(@"\b(Task\.Delay|Thread\.Sleep|Skip(When|Unless)?\s*=\s*[""n])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Waiting();

    [GeneratedRegex(@"(?<![\w.~})-])/(work|root)/\w|https?://\S*(nuget|/index\.json)|<(add|packageSource)[^>]*value=""http",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Workplace();
}
