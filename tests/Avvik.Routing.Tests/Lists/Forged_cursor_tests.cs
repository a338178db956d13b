using System.Buffers.Text;
using System.Net;
using System.Text;
using Avvik.Contracts;
using Avvik.Storage;
using Avvik.Testing;

namespace Avvik.Routing.Tests.Lists;

public sealed class Forged_cursor_tests
{
    private static readonly string[] Paths =
    [
        "/api/v1/cases?", "/api/v1/cases?sort=-receivedAt&", "/api/v1/cases?sort=-actualHarm&", "/api/v1/measures?", "/api/v1/lessons?", "/api/v1/assignments?",
    ];

    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Cursor_that_no_list_has_given_is_400_or_a_page(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var service = new ServiceUnderTest<Program>(database);
        using var coordinator = service.As(Given.SykehusetInnlandet, Roles.Coordinator);
        foreach (var path in Paths)
        {
            foreach (var key in new[] { 253402300799999, 3652059, 3652058, int.MaxValue, 0, -1, -62135596800000 })
                Assert.True(await StatusAsync(path, $"{key}:{Guid.Empty:N}") is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{path} {key}");
            foreach (var content in new[] { $"{long.MaxValue}:{Guid.Empty:N}", $"253402300800000:{Guid.Empty:N}", "1", "x:y", $"1:{Guid.Empty:N}:2" })
                Assert.Equal((path, content, HttpStatusCode.BadRequest), (path, content, await StatusAsync(path, content)));
        }

        async Task<HttpStatusCode> StatusAsync(string path, string content)
        {
            using var response = await coordinator.GetAsync($"{path}cursor={Base64Url.EncodeToString(Encoding.ASCII.GetBytes(content))}");
            return response.StatusCode;
        }
    }
}
