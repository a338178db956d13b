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

    [GeneratedRegex(@"\b(Task\.Delay|Thread\.Sleep|Skip(When|Unless)?\s*=\s*[""n])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Waiting();

    [GeneratedRegex(@"(?<![\w.~})-])/(work|root)/\w|https?://\S*(nuget|/index\.json)|<(add|packageSource)[^>]*value=""http",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Workplace();
}
