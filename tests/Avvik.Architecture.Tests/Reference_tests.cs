using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Avvik.Architecture.Tests;

public sealed partial class Reference_tests
{
    private static readonly string[] Services = ["Avvik.Reporting", "Avvik.Triage", "Avvik.Routing", "Avvik.Statistics"];

    private static string[] References(string assembly) => [.. Assembly.Load(assembly).GetReferencedAssemblies().Select(a => a.Name!)];

    [Fact]
    public void No_service_references_another()
    {
        foreach (var service in Services)
        {
            Assert.Empty(References(service).Intersect(Services));
            // The compiler omits unused references; the project file does not.
            var folder = service["Avvik.".Length..];
            Assert.Empty(ProjectReferences(Assert.Single(Sources.In("*.csproj", $"services/{folder}")).Text).Intersect(Services));
            Assert.Empty(Sources.In("*.cs", $"services/{folder}")
                .Lines(line => Services.Any(other => other != service && line.Contains($"using {other}", StringComparison.Ordinal))));
        }
    }

    [Fact]
    public void Contracts_depend_only_on_the_runtime()
    {
        Assert.DoesNotContain(References("Avvik.Contracts"), name => !name.StartsWith("System.", StringComparison.Ordinal));
        var project = XDocument.Parse(Sources.In("Avvik.Contracts.csproj", "contracts").Single().Text);
        Assert.DoesNotContain(project.Descendants(), e => e.Name.LocalName is "PackageReference" or "FrameworkReference" or "ProjectReference");
    }

    [Fact]
    public void Client_package_references_no_server_library()
    {
        // Of Microsoft's libraries only those of IHttpClientFactory, its resilience handler, and the signing of tokens.
        Assert.DoesNotContain(References("Avvik.Client"), name => name.StartsWith("MassTransit", StringComparison.Ordinal) || Services.Contains(name)
            || (name.StartsWith("Microsoft.", StringComparison.Ordinal) && !name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
                && !name.StartsWith("Microsoft.IdentityModel.", StringComparison.Ordinal)));
        Assert.Empty(ProjectReferences(Sources.In("Avvik.Client.csproj", "contracts").Single().Text).Except(["Avvik.Contracts"]));
    }

    [Theory]
    [InlineData("services/Routing/Cases")]
    [InlineData("services/Routing/RoutingRules")]
    [InlineData("services/Triage/Assessments")]
    [InlineData("services/Triage/Classification")]
    public void Rules_reference_neither_storage_nor_broker_nor_web(string folder)
    {
        var files = Sources.In("*.cs", folder).ToList();
        Assert.NotEmpty(files);
        Assert.Empty(files.Lines(line => Infrastructure().IsMatch(line)));
    }

    [Fact]
    public void Scan_finds_infrastructure_in_an_endpoint_folder() =>
        Assert.NotEmpty(Sources.In("*.cs", "services/Routing/Worklist").Lines(line => Infrastructure().IsMatch(line)));

    private static IEnumerable<string> ProjectReferences(string project) =>
        XDocument.Parse(project).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));

    [GeneratedRegex(@"\b(Microsoft\.(EntityFrameworkCore|AspNetCore|Extensions|Data)|MassTransit|Npgsql|Avvik\.(Messaging|Hosting(?!\.Calendar))|"
        + @"System\.Data|HttpContext|DbContext|Activity\.Current|Guid\.NewGuid|new Random)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Infrastructure();
}
