using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tokens;

/// <summary>
/// The issuer's signing keys, by discovery. Read at start, every 10 minutes, and when a token names an unknown key (a rotation), but then at most
/// once in 10 s, since anyone can name an unknown key. While the issuer is unavailable the cached keys are used. The library's ConfigurationManager
/// makes every request wait for an issuer that has not answered yet, and refuses the first tokens after a rotation; this class does neither.
/// </summary>
internal sealed class IssuerKeys(
    IOptions<TokenOptions> options, IHttpClientFactory clients, IHostEnvironment environment, TimeProvider clock, ILogger<IssuerKeys> log)
    : BackgroundService
{
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(10), RetryInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UnknownKeyInterval = TimeSpan.FromSeconds(10), RequestTimeout = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim _refresh = new(1, 1);
    private volatile IReadOnlyDictionary<string, SecurityKey>? _keys;
    private DateTimeOffset _lastUnknownKeyAt = DateTimeOffset.MinValue;

    /// <summary>False until the issuer has answered once: no token can be validated before that.</summary>
    public bool AreLoaded => _keys is not null;

    public SecurityKey? Find(string kid) => _keys?.GetValueOrDefault(kid);

    /// <summary>Reads the issuer's keys again because a token names an unknown one; does nothing within 10 s of the last time.</summary>
    public async Task RefreshForAsync(string kid, CancellationToken ct)
    {
        await _refresh.WaitAsync(ct);
        try
        {
            var now = clock.GetUtcNow();
            if (Find(kid) is not null || now - _lastUnknownKeyAt < UnknownKeyInterval) return;
            _lastUnknownKeyAt = now;
            await ReadAsync(ct);
        }
        finally { _refresh.Release(); }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            bool read;
            await _refresh.WaitAsync(stoppingToken);
            try { read = await ReadAsync(stoppingToken); }
            finally { _refresh.Release(); }
            await Task.Delay(read || AreLoaded ? RefreshInterval : RetryInterval, clock, stoppingToken);
        }
    }

    private async Task<bool> ReadAsync(CancellationToken ct)
    {
        try
        {
            using var http = clients.CreateClient();
            http.Timeout = RequestTimeout;
            var issuer = options.Value.Issuer;
            var metadata = await OpenIdConnectConfigurationRetriever.GetAsync($"{issuer.TrimEnd('/')}/.well-known/openid-configuration",
                new HttpDocumentRetriever(http) { RequireHttps = !environment.IsDevelopment() }, ct);
            if (metadata.Issuer != issuer) throw new InvalidOperationException("The metadata names another issuer.");
            var keys = metadata.SigningKeys.Where(k => k.KeyId is not null)
                .DistinctBy(k => k.KeyId, StringComparer.Ordinal)
                .ToDictionary(k => k.KeyId, StringComparer.Ordinal);
            if (keys.Count == 0) throw new InvalidOperationException("The issuer has no signing key.");
            _keys = keys;
            return true;
        }
        // Whatever the failure, the cached keys stay in use.
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            log.IssuerUnavailable(error, AreLoaded);
            return false;
        }
    }
}
