using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tokens;

/// <summary>
/// The issuer's signing keys, by discovery. Read at the start, every ten minutes, and when a token names an unknown key (a rotation), but then at most once in ten
/// seconds, since anybody can name a key. While the issuer is unavailable the cached keys are used. The library's own manager makes every request wait for an
/// issuer that has not answered yet, and refuses the first tokens after a rotation; this does neither.
/// </summary>
internal sealed class IssuerKeys(IOptions<TokenOptions> options, IHttpClientFactory clients, IHostEnvironment environment, TimeProvider clock, ILogger<IssuerKeys> log)
    : BackgroundService
{
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(10), BetweenFailures = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenUnknownKeys = TimeSpan.FromSeconds(10), RequestTimeout = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim _one = new(1, 1);
    private volatile IReadOnlyDictionary<string, SecurityKey>? _keys;
    private DateTimeOffset _lookedFor = DateTimeOffset.MinValue;

    /// <summary>False until the issuer has answered once: no token can be validated before.</summary>
    public bool AreKnown => _keys is not null;

    public SecurityKey? Find(string kid) => _keys?.GetValueOrDefault(kid);

    /// <summary>Asks the issuer for a key that is not known, unless it was asked a moment ago.</summary>
    public async Task LookForAsync(string kid, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            var now = clock.GetUtcNow();
            if (Find(kid) is not null || now - _lookedFor < BetweenUnknownKeys) return;
            _lookedFor = now;
            await ReadAsync(ct);
        }
        finally { _one.Release(); }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            bool read;
            await _one.WaitAsync(stoppingToken);
            try { read = await ReadAsync(stoppingToken); }
            finally { _one.Release(); }
            await Task.Delay(read || AreKnown ? Between : BetweenFailures, clock, stoppingToken);
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
            if (metadata.Issuer != issuer) throw new InvalidOperationException("The metadata are another issuer's.");
            var keys = metadata.SigningKeys.Where(k => k.KeyId is not null).DistinctBy(k => k.KeyId, StringComparer.Ordinal).ToDictionary(k => k.KeyId, StringComparer.Ordinal);
            if (keys.Count == 0) throw new InvalidOperationException("The issuer has no signing key.");
            _keys = keys;
            return true;
        }
        // However the issuer fails, the cached keys stay in use.
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            log.IssuerUnavailable(error.GetType().Name, AreKnown);
            return false;
        }
    }
}
