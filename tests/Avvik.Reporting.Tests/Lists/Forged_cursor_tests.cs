using System.Buffers.Text;
using System.Net;
using System.Text;
using Avvik.Contracts;
using Avvik.Hosting.Lists;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Avvik.Reporting.Tests.Lists;

public sealed class Forged_cursor_tests
{
    public static TheoryData<string, string> Lists => new()
    {
        { "/api/v1/deviations?cursor=", Roles.Reporter },
        { "/api/v1/changes?cursor=", Roles.Client },
        { "/api/v1/access-log/reporting?cursor=", Roles.Auditor },
    };

    [Theory, MemberData(nameof(Lists))]
    public async Task Forged_cursor_is_answered_400(string list, string role)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        foreach (var content in new[]
        {
            $"{long.MaxValue}:{Guid.Empty:N}", $"{long.MinValue}:{Guid.Empty:N}", $"253402300800000:{Guid.Empty:N}", $"-62135596800001:{Guid.Empty:N}", "1",
                "x:y", $"1:{Guid.Empty:N}:2",
            $"1e3:{Guid.Empty:N}",
        })
        {
            using var response = await service.As(Given.Hamar, role).GetAsync(list + Base64Url.EncodeToString(Encoding.ASCII.GetBytes(content)));
            Assert.Equal((content, HttpStatusCode.BadRequest), (content, response.StatusCode));
        }
        foreach (var text in new[] { "!", "%00", "a", new string('A', 200) })
        {
            using var response = await service.As(Given.Hamar, role).GetAsync(list + text);
            Assert.Equal((text, HttpStatusCode.BadRequest), (text, response.StatusCode));
        }
    }

    [Theory, InlineData("/api/v1/changes?cursor=", Roles.Client), InlineData("/api/v1/access-log/reporting?cursor=", Roles.Auditor)]
    public async Task Position_that_this_party_was_not_given_is_400(string list, string role)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        // A position in clear, as a party could count with; and one of another party.
        foreach (var cursor in new[] { Cursor.Of(1, Guid.Empty), service.Services.GetRequiredService<PositionCursor>().Of(1, Given.Ringsaker) })
        {
            using var response = await service.As(Given.Hamar, role).GetAsync(list + cursor);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        }
    }

    [Fact]
    public async Task Cursor_at_the_edge_of_its_range_is_answered_with_a_page()
    {
        const string list = "/api/v1/deviations?cursor=", role = Roles.Reporter;
        foreach (var provider in Enum.GetValues<DatabaseProvider>())
        {
            await using var database = await Databases.CreateAsync(provider);
            await using var service = new ServiceUnderTest<Program>(database);
            foreach (var key in new[] { 253402300799999, 0, -1, -62135596800000 })
            {
                using var response = await service.As(Given.Hamar, role)
                    .GetAsync(list + Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"{key}:{Guid.Empty:N}")));
                Assert.Equal((key, HttpStatusCode.OK), (key, response.StatusCode));
            }
        }
    }

    [Theory]
    [InlineData("/api/v1/deviations", Roles.Reporter)]
    [InlineData("/api/v1/access-log/reporting", Roles.Auditor)]
    public async Task Day_outside_the_calendar_in_use_is_answered_422(string list, string role)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        foreach (var day in new[] { "0001-01-01", "9999-12-31", "1899-12-31", "2200-01-01", "2026-02-30" })
            foreach (var parameter in new[] { "from", "to" })
            {
                using var response = await service.As(Given.Hamar, role).GetAsync($"{list}?{parameter}={day}");
                Assert.Equal((day, HttpStatusCode.UnprocessableEntity), (day, response.StatusCode));
            }
    }

    [Theory]
    [InlineData("0001-01-01")]
    [InlineData("9999-12-31")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59-12:00")]
    [InlineData("9999-12-31T23:59:59Z")]
    public async Task Submission_of_a_day_at_the_edge_of_the_calendar_is_422(string moment)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        foreach (var submission in new[] { Given.Submission with { OccurredAt = moment }, Given.Submission with { DiscoveredAt = moment } })
            Assert.Equal(HttpStatusCode.UnprocessableEntity,
                (await Assert.ThrowsAsync<Client.AvvikProblemException>(() => service.Reporter().SubmitAsync(submission))).Status);
    }
}
