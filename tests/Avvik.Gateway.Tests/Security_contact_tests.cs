using System.Globalization;
using System.Net;

namespace Avvik.Gateway.Tests;

public sealed class Security_contact_tests
{
    [Fact]
    public async Task Security_txt_names_the_configured_contact_and_expires_within_a_year()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(null,
            ("SecurityContact:Uri", "mailto:sikkerhet@example.org"), ("SecurityContact:Policy", "https://example.org/policy"));
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{gateway.Port}/.well-known/security.txt"));
        Assert.Equal((HttpStatusCode.OK, "text/plain"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType));
        var fields = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(": ", 2)).ToDictionary(
            l => l[0], l => l[1]);
        Assert.Equal(("mailto:sikkerhet@example.org", "https://example.org/policy"), (fields["Contact"], fields["Policy"]));
        var expires = DateTimeOffset.Parse(fields["Expires"], CultureInfo.InvariantCulture);
        Assert.InRange(expires, DateTimeOffset.UtcNow.AddDays(30), DateTimeOffset.UtcNow.AddDays(365));
    }

    [Fact]
    public async Task Security_txt_is_not_served_without_a_contact()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{gateway.Port}/.well-known/security.txt"));
        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
    }
}
