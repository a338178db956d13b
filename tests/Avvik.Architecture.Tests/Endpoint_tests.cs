extern alias notices;
extern alias reporting;
extern alias routing;
extern alias statistics;
extern alias triage;

using System.Security.Cryptography;
using Avvik.Storage;
using Avvik.TextProtection;
using Avvik.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Architecture.Tests;

public sealed class Endpoint_tests
{
    // Health and the API description contain no secrets.
    private static readonly string[] AnonymousPaths = ["/health/live", "/health/ready", "/openapi/{documentName}.json"];

    // What the FHIR interface can do and what it defines.
    private static readonly string[] FhirDefinitions =
    [
        "/fhir/CodeSystem", "/fhir/CodeSystem/{id}", "/fhir/NamingSystem", "/fhir/NamingSystem/{id}", "/fhir/SearchParameter", "/fhir/SearchParameter/{id}",
        "/fhir/StructureDefinition", "/fhir/StructureDefinition/{id}", "/fhir/ValueSet", "/fhir/ValueSet/{id}", "/fhir/metadata", "/fhir/package.tgz",
    ];

    [Fact]
    public Task Reporting_requires_authentication() => AssertGuardedAsync<reporting::Program>("/api/v1/deviations",
        [.. FhirDefinitions, "/api/v1/vocabulary", "/api/v1/vocabulary/{list}"]);

    [Fact]
    public Task Triage_requires_authentication() => AssertGuardedAsync<triage::Program>("/api/v1/triage");

    [Fact]
    public Task Routing_requires_authentication() => AssertGuardedAsync<routing::Program>("/api/v1/cases");

    [Fact]
    public Task Statistics_requires_authentication() => AssertGuardedAsync<statistics::Program>("/api/v1/statistics");

    [Fact]
    public Task Notices_requires_authentication() => AssertGuardedAsync<notices::Program>("/api/v1/notices");

    [Fact]
    public async Task Statistics_and_notices_cannot_open_the_texts_of_a_case()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var triage = new ServiceUnderTest<triage::Program>(database);
        var text = triage.Services.GetRequiredService<TextProtector>().Protect("Pasienten falt.");
        await AssertSealedAsync<statistics::Program>();
        await AssertSealedAsync<notices::Program>();

        // What is written there has a key of its own.
        async Task AssertSealedAsync<TProgram>() where TProgram : class
        {
            await using var own = await Databases.CreateAsync(DatabaseProvider.Sqlite);
            await using var service = new ServiceUnderTest<TProgram>(own);
            var texts = service.Services.GetRequiredService<TextProtector>();
            Assert.ThrowsAny<CryptographicException>(() => texts.Reveal(text));
            Assert.Equal("Notat.", texts.Reveal(texts.Protect("Notat.")));
        }
    }

    private static async Task AssertGuardedAsync<TProgram>(string known, params string[] alsoOpen) where TProgram : class
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<TProgram>(database);
        using var anonymous = service.CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });
        var endpoints = service.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().ToList();
        var paths = endpoints.Select(e => "/" + e.RoutePattern.RawText!.Trim('/')).Distinct().ToList();
        Assert.Contains(paths, path => path.StartsWith(known, StringComparison.Ordinal));

        var open = endpoints.Where(e => e.Metadata.GetMetadata<IAllowAnonymous>() is not null).ToList();
        Assert.Equal(AnonymousPaths.Concat(alsoOpen).Order(StringComparer.Ordinal),
            open.Select(e => "/" + e.RoutePattern.RawText!.Trim('/')).Distinct().Order(StringComparer.Ordinal));
        foreach (var endpoint in endpoints.Except(open))
        {
            Assert.True(endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Count > 0, $"{endpoint.DisplayName} requires no authorization");
            // Metadata alone proves nothing: the endpoint must answer 401.
            var path = endpoint.RoutePattern.RawText!.Replace("{id:guid}", Guid.Empty.ToString(), StringComparison.Ordinal);
            using var request = new HttpRequestMessage(new HttpMethod(endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0]), path);
            using var response = await anonymous.SendAsync(request);
            Assert.True(response.StatusCode == System.Net.HttpStatusCode.Unauthorized,
                $"{endpoint.DisplayName} answered {(int)response.StatusCode} without a token");
        }
    }
}
