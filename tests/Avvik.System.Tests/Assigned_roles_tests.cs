using System.Diagnostics;
using System.Net;
using Avvik.Contracts;
using Avvik.Testing;
using Xunit.Abstractions;

namespace Avvik.System.Tests;

[Collection(nameof(RunningSystem))]
public sealed class Assigned_roles_tests(RunningSystem system, ITestOutputHelper output)
{
    private const string Ringsaker = "864950582";

    [Fact]
    public async Task Role_assignment_takes_effect_in_every_service_while_a_token_is_valid()
    {
        var person = $"person-{Guid.CreateVersion7():N}";
        using var http = system.Http(await system.TokenAsync(Ringsaker, Roles.Reporter, subject: person, scope: string.Join(' ', Scopes.All)));
        var admin = await system.ClientAsync(Ringsaker, Roles.Admin);

        // Each of them asks for a role that a reporter has not: Triage, Routing, Statistics.
        string[] paths = ["api/v1/triage", "api/v1/routing-rules", "api/v1/statistics"];
        async Task ExpectAsync(HttpStatusCode expected)
        {
            var began = Stopwatch.GetTimestamp();
            await Eventually.IsTrue(async () =>
            {
                foreach (var path in paths)
                {
                    using var response = await http.GetAsync(path);
                    if (response.StatusCode != expected) return false;
                }
                return true;
            }, TimeSpan.FromSeconds(30));
            output.WriteLine($"{expected} everywhere after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
        }

        await ExpectAsync(HttpStatusCode.Forbidden);
        var given = await admin.AssignAsync(new() { Subject = person, Role = Roles.Coordinator, Reason = "Vikar i ferien." });
        await ExpectAsync(HttpStatusCode.OK);
        await admin.EndAssignmentAsync(given.Id, new() { Reason = "Ferien er over." });
        await ExpectAsync(HttpStatusCode.Forbidden);
    }
}
