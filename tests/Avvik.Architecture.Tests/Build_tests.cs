using System.Xml.Linq;
using Avvik.Testing;

namespace Avvik.Architecture.Tests;

/// <summary>What stops a build stays on: two sets of security analyzers, and packages with known vulnerabilities.</summary>
public sealed class Build_tests
{
    [Fact]
    public void Build_is_stopped_by_security_rules_and_vulnerable_packages()
    {
        var props = XDocument.Load(Path.Combine(RepositoryRoot.Path, "Directory.Build.props")).Descendants()
            .Where(e => !e.HasElements).ToLookup(e => e.Name.LocalName, e => e.Value);
        Assert.Equal(("true", "latest-all", "true", "all", "low"), (props["TreatWarningsAsErrors"].Single(), props["AnalysisLevelSecurity"].Single(),
            props["NuGetAudit"].Single(), props["NuGetAuditMode"].Single(), props["NuGetAuditLevel"].Single()));
        Assert.Contains("Meziantou.Analyzer", File.ReadAllText(Path.Combine(RepositoryRoot.Path, "Directory.Build.props")), StringComparison.Ordinal);
        foreach (var off in Sources.In("*.csproj", "contracts", "services", "gateway", "compose", "tests"))
            foreach (var excuse in new[] { "NU190", "CA2100", "CA3", "CA5" })
                Assert.DoesNotContain(excuse, off.Text, StringComparison.Ordinal);
        Assert.Contains("compose/advisories", File.ReadAllText(Path.Combine(RepositoryRoot.Path, "tests/run")), StringComparison.Ordinal);
    }
}
