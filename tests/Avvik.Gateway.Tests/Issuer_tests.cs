using System.Net;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tests;

/// <summary>An issuer that rotates its keys, becomes unavailable, or has not started.</summary>
public sealed class Issuer_tests
{
    [Fact]
    public async Task Gateway_answers_503_until_the_issuer_is_available()
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
        await gateway.WaitForKeysAsync();
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(issuer.Token())).StatusCode);
    }

    [Fact]
    public async Task Cached_keys_stay_valid_while_the_issuer_is_unavailable()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        await gateway.Issuer.StopAsync();
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(gateway.Issuer.Token())).StatusCode);
        var known = gateway.Issuer.Token();
        // A token with an unknown key is refused and does not affect the others.
        gateway.Issuer.Rotate();
        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.SendAsync(gateway.Issuer.Token())).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(known)).StatusCode);
    }

    [Fact]
    public async Task Rotated_key_is_accepted_at_first_use_and_unknown_keys_are_rate_limited()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        gateway.Issuer.Rotate();
        Assert.Equal(HttpStatusCode.OK, (await gateway.SendAsync(gateway.Issuer.Token())).StatusCode);
        var requests = gateway.Issuer.KeyRequests;
        using var unknown = new UnknownKeys();
        for (var i = 0; i < 50; i++) Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.SendAsync(gateway.Issuer.Token(by: unknown.New()))).StatusCode);
        Assert.InRange(gateway.Issuer.KeyRequests, requests, requests + 1);
    }

    private sealed class UnknownKeys : IDisposable
    {
        private readonly RSA _key = RSA.Create(2048);

        public SigningCredentials New() => new(new RsaSecurityKey(_key) { KeyId = Guid.CreateVersion7().ToString() }, SecurityAlgorithms.RsaSha256);

        public void Dispose() => _key.Dispose();
    }
}
