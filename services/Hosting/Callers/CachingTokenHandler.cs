using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Hosting.Callers;

/// <summary>
/// Caches the validation of valid tokens for up to a minute: the gateway sends the same token many times, and checking a signature costs more than
/// the rest of a request. The cache key is the whole token, so it never accepts a token that validation would refuse.
/// </summary>
public sealed class CachingTokenHandler(TimeProvider clock) : JsonWebTokenHandler
{
    // About 20 MB; a caller has one or two tokens at a time.
    private const int MaxEntries = 10_000;
    // Bounds how long a token remains valid after its signing key was withdrawn.
    private static readonly TimeSpan MaxCacheTime = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (TokenValidationResult Result, DateTimeOffset Until)> _cache = new(StringComparer.Ordinal);

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        var now = clock.GetUtcNow();
        if (_cache.TryGetValue(token, out var cached))
        {
            if (now < cached.Until) return cached.Result;
            _cache.TryRemove(token, out _);
        }
        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (result.IsValid)
        {
            if (_cache.Count >= MaxEntries) _cache.Clear();
            var (until, expires) = (now + MaxCacheTime, new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero));
            _cache[token] = (result, until < expires ? until : expires);
        }
        return result;
    }
}
