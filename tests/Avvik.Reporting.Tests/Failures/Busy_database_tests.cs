using System.Net;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Reporting.Tests.Failures;

public sealed class Busy_database_tests
{
    public static TheoryData<Exception> Busy => [new WriterBusyException(), new LostRaceException(new LockOrderException())];

    [Theory, MemberData(nameof(Busy), DisableDiscoveryEnumeration = true)]
    public async Task Write_that_may_succeed_later_is_503_with_retry_after(Exception error)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        await using var busy = service.WithWebHostBuilder(host => host.ConfigureServices(s => s.AddSingleton<IStartupFilter>(new Failing(error))));
        using var caller = busy.CreateClient();
        caller.DefaultRequestHeaders.Authorization = new("Bearer", service.TokenOf(Given.Hamar, [Roles.Reporter], "test-person", []));
        using var response = await caller.GetAsync("/nothing-handles-this");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (response.StatusCode, response.Headers.RetryAfter is not null));
        Assert.Contains(ProblemCodes.Unavailable, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    /// <summary>Throws for a request that no endpoint handles, behind the service's own middleware.</summary>
    private sealed class Failing(Exception error) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            next(app);
            app.Run(_ => throw error);
        };
    }
}
