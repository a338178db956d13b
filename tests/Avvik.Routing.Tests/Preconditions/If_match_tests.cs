using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Preconditions;

/// <summary>Whatever changes something that has an ETag needs <c>If-Match</c>, with the same answers everywhere.</summary>
public sealed class If_match_tests
{
    [Fact]
    public async Task Change_without_if_match_is_428_and_with_another_version_412()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var coordinator = service.ClientAs(Given.SykehusetInnlandet, Roles.Coordinator);
        var id = (await service.ReceivedAsync(service.Triaged())).DeviationId;
        await coordinator.ActNowAsync(id, "acknowledge");
        await coordinator.ActNowAsync(id, "start");
        await coordinator.ActNowAsync(id, "answer", new()
        {
            Text = "Rutinen er endret.",
            ContributingFactors = ["capacity"],
            Measures = [new() { Description = "Ny rutine", Owner = "si-tynset", DueDate = "2026-12-01" }],
        });
        await coordinator.ActNowAsync(id, "close");
        var measure = (await coordinator.GetCaseAsync(id)).Answer!.Measures[0].Id;
        var draft = new LessonDraft { Title = "a", WhatHappened = "b", Why = "c", WhatWeChanged = "d", WhoShouldKnow = "e" };
        var lesson = (await coordinator.ProposeLessonAsync(id, draft)).Id;

        using var http = service.As(Given.SykehusetInnlandet, Roles.Coordinator);
        foreach (var (method, path, body) in new (HttpMethod, string, object)[]
        {
            (HttpMethod.Post, $"/api/v1/cases/{id}/reopen", new { reason = "Igjen." }),
            (HttpMethod.Post, $"/api/v1/cases/{id}/measures/{measure}", new { state = "inProgress" }),
            (HttpMethod.Put, $"/api/v1/lessons/{lesson}", draft),
            (HttpMethod.Post, $"/api/v1/lessons/{lesson}/approve", new { }),
            (HttpMethod.Put, "/api/v1/directory/units/si-tynset", new { name = "Tynset", reason = "Fordi." }),
            (HttpMethod.Put, "/api/v1/routing-rules", new { rules = Array.Empty<object>(), reason = "Fordi." }),
        })
        {
            Assert.Equal((path, HttpStatusCode.PreconditionRequired, ProblemCodes.VersionRequired), await SendAsync(method, path, body, null));
            Assert.Equal((path, HttpStatusCode.PreconditionFailed, ProblemCodes.StaleVersion), await SendAsync(method, path, body, "\"99\""));
            Assert.Equal((path, HttpStatusCode.PreconditionFailed, ProblemCodes.StaleVersion), await SendAsync(method, path, body, "W/\"x\""));
        }

        async Task<(string, HttpStatusCode, string)> SendAsync(HttpMethod method, string path, object body, string? version)
        {
            using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
            if (version is not null) request.Headers.TryAddWithoutValidation("If-Match", version);
            using var response = await http.SendAsync(request);
            var type = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync()).TryGetProperty("type", out var t) ? t.GetString() : null;
            return (path, response.StatusCode, type?.Split(':')[^1] ?? "");
        }
    }
}
