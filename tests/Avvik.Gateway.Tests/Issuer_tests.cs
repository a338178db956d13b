using System.Net;

namespace Avvik.Gateway.Tests;

/// <summary>An issuer that changes its keys, goes away, or was never there.</summary>
public sealed class Issuer_tests
{
    [Fact]
    public async Task A_gateway_that_starts_without_the_issuer_says_so_until_it_comes()
    {
        await using var issuer = new TestIssuer();
        await using var gateway = await GatewayUnderTest.StartAsync(issuer);
        using (var answer = await gateway.SendAsync(issuer.Token()))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
            Assert.NotNull(answer.Headers.RetryAfter);
        }
        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.SendAsync(null)).StatusCode);

        await issuer.StartAsync();
        await gateway.KnowsIssuerAsync();
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(issuer.Token())).StatusCode);
    }

    [Fact]
    public async Task Keys_that_were_read_count_on_while_the_issuer_is_away()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.Issuer.StopAsync();
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(gateway.Issuer.Token())).StatusCode);
        var known = gateway.Issuer.Token();
        // A key that cannot be looked up is refused, and does no harm to the others.
        gateway.Issuer.Rotate();
        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.SendAsync(gateway.Issuer.Token())).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(known)).StatusCode);
    }

    [Fact]
    public async Task A_new_key_is_taken_without_a_first_refusal_and_the_issuer_is_not_asked_for_every_name_somebody_makes_up()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Issuer.Rotate();
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(gateway.Issuer.Token())).StatusCode);
        var asked = gateway.Issuer.Asked;
        using var strange = new TestIssuerKeys();
        for (var i = 0; i < 50; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.SendAsync(gateway.Issuer.Token(by: strange.New()))).StatusCode);
        Assert.InRange(gateway.Issuer.Asked, asked, asked + 1);
    }

    private sealed class TestIssuerKeys : IDisposable
    {
        private readonly global::System.Security.Cryptography.RSA _key = global::System.Security.Cryptography.RSA.Create(2048);

        public Microsoft.IdentityModel.Tokens.SigningCredentials New() => new(new Microsoft.IdentityModel.Tokens.RsaSecurityKey(_key) { KeyId = Guid.CreateVersion7().ToString() }, "RS256");

        public void Dispose() => _key.Dispose();
    }
}
