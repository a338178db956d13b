using System.Security.Cryptography;
using Avvik.Client.Tokens;
using Microsoft.Extensions.Options;

namespace Avvik.Workbench.Access;

/// <summary>The workbench's own key: proves to the issuer who asks (RFC 7523), and binds tokens to us (RFC 9449).</summary>
internal sealed class ClientKey(IOptions<SignInOptions> options, TimeProvider clock)
{
    private readonly SigningKey _key = SigningKey.Of(Read(options.Value.PrivateKeyFile));

    /// <summary>Says that it is us who ask.</summary>
    public string Assertion() => _key.Assertion(options.Value.ClientId, options.Value.Issuer, clock.GetUtcNow());

    /// <summary>Proves for one request that the caller has the key.</summary>
    public string Proof(HttpMethod method, Uri target, string? nonce, string? accessToken) =>
        _key.Proof(method, target, nonce, accessToken, clock.GetUtcNow());

    private static ECDsa Read(string file)
    {
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(file));
        return key;
    }
}

/// <summary>Sends a proof with each call to the issuer, and once more with the nonce it asks for.</summary>
internal sealed class IssuerProofs(ClientKey key, bool useDpop)
    : DelegatingHandler(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!useDpop || request.Method != HttpMethod.Post) return await base.SendAsync(request, cancellationToken);
        request.Headers.Add("DPoP", key.Proof(request.Method, request.RequestUri!, nonce: null, accessToken: null));
        var response = await base.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode || !response.Headers.TryGetValues("DPoP-Nonce", out var nonces)) return response;
        response.Dispose();
        request.Headers.Remove("DPoP");
        request.Headers.Add("DPoP", key.Proof(request.Method, request.RequestUri!, nonces.First(), accessToken: null));
        return await base.SendAsync(request, cancellationToken);
    }
}
