using System.Text.Json;

namespace Avvik.Client.Tokens;

/// <summary>The access token that is used now: asked for when it is first needed, and again shortly before it expires.</summary>
internal sealed class AccessTokens(AvvikCredentials credentials, IHttpClientFactory clients, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan RenewedBefore = TimeSpan.FromSeconds(30), Timeout = TimeSpan.FromSeconds(10);
    private readonly SigningKey _client = SigningKey.Read(credentials.PrivateKey);
    private readonly SigningKey? _dpop = credentials.UseDpop ? SigningKey.Create() : null;
    private readonly SemaphoreSlim _one = new(1, 1);
    private Uri? _tokenEndpoint;
    private string? _nonce;
    private (string Token, DateTimeOffset RenewAt)? _current;

    /// <summary>A token; never <paramref name="refused"/>, which the gateway did not accept.</summary>
    /// <exception cref="AvvikTokenException">The issuer refused.</exception>
    /// <exception cref="HttpRequestException">The issuer did not answer.</exception>
    public async Task<string> GetAsync(string? refused, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (_current is { } current && current.Token != refused && clock.GetUtcNow() < current.RenewAt) return current.Token;
            using var http = clients.CreateClient(nameof(AccessTokens));
            http.Timeout = Timeout;
            _tokenEndpoint ??= await DiscoverAsync(http, ct);
            var (token, expires) = await RequestAsync(http, _tokenEndpoint, ct);
            _current = (token, expires - RenewedBefore);
            return token;
        }
        // Without a token the gateway was not called: as certain as without a connection, so whatever was asked for can be tried again.
        catch (Exception error) when (error is HttpRequestException or JsonException || (error is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"The issuer {credentials.Issuer} gave no token.", error);
        }
        finally { _one.Release(); }
    }

    /// <summary>Adds what a request must have besides its token.</summary>
    public void Authorize(HttpRequestMessage request, string token)
    {
        request.Headers.Authorization = new(_dpop is null ? "Bearer" : "DPoP", token);
        if (_dpop is null) return;
        request.Headers.Remove("DPoP");
        request.Headers.Add("DPoP", _dpop.Proof(request.Method, request.RequestUri!, nonce: null, token, clock.GetUtcNow()));
    }

    public void Dispose() => _one.Dispose();

    private string Issuer => credentials.Issuer.ToString().TrimEnd('/');

    private async Task<Uri> DiscoverAsync(HttpClient http, CancellationToken ct)
    {
        using var document = JsonDocument.Parse(await http.GetByteArrayAsync(new Uri($"{Issuer}/.well-known/openid-configuration"), ct));
        var (issuer, endpoint) = (Text(document.RootElement, "issuer"), Text(document.RootElement, "token_endpoint"));
        return issuer?.TrimEnd('/') == Issuer && endpoint is not null
            ? new Uri(endpoint) : throw new AvvikTokenException("invalid_issuer", $"The issuer's document is of {issuer}.");
    }

    private async Task<(string Token, DateTimeOffset Expires)> RequestAsync(HttpClient http, Uri endpoint, CancellationToken ct)
    {
        for (var isSecondTry = false; ; isSecondTry = true)
        {
            var now = clock.GetUtcNow();
            var form = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["grant_type"] = "client_credentials",
                ["client_id"] = credentials.ClientId,
                ["client_assertion_type"] = SigningKey.AssertionType,
                ["client_assertion"] = _client.Assertion(credentials.ClientId, Issuer, now),
            };
            if (credentials.Scope is { } scope) form["scope"] = scope;
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new FormUrlEncodedContent(form) };
            if (_dpop is not null) request.Headers.Add("DPoP", _dpop.Proof(request.Method, endpoint, _nonce, accessToken: null, now));
            using var response = await http.SendAsync(request, ct);
            if (response.Headers.TryGetValues("DPoP-Nonce", out var nonces)) _nonce = nonces.First();
            if ((int)response.StatusCode is 408 or 429 or >= 500) response.EnsureSuccessStatusCode();
            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(ct));
            if (response.IsSuccessStatusCode && Text(answer.RootElement, "access_token") is { } token)
                return (token, now.AddSeconds(answer.RootElement.TryGetProperty("expires_in", out var seconds) ? seconds.GetInt32() : 60));
            var error = Text(answer.RootElement, "error") ?? "invalid_response";
            if (error != "use_dpop_nonce" || isSecondTry) throw new AvvikTokenException(error, Text(answer.RootElement, "error_description"));
        }
    }

    private static string? Text(JsonElement element, string member) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;
}

/// <summary>Authorizes each try. What is answered 401 is sent once more with a new token: the server did nothing.</summary>
internal sealed class AccessTokenHandler(AccessTokens tokens) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await tokens.GetAsync(refused: null, cancellationToken);
        tokens.Authorize(request, token);
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != System.Net.HttpStatusCode.Unauthorized) return response;
        response.Dispose();
        tokens.Authorize(request, await tokens.GetAsync(refused: token, cancellationToken));
        return await base.SendAsync(request, cancellationToken);
    }
}
