using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Hosting.Callers;

/// <summary>
/// Remembers tokens that were found valid until they expire: a machine client sends the same one for minutes, and checking a signature costs
/// more than the rest of a request. Only valid ones are remembered, under the whole token, so nothing is accepted that would not be.
/// </summary>
public sealed class CachingTokenHandler(TimeProvider clock) : JsonWebTokenHandler
{
    // About 20 MB at most; a caller has one or two at a time.
    private const int MaxEntries = 10_000;
    // A withdrawn signing key stops counting within a minute.
    private static readonly TimeSpan LongestMemory = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (TokenValidationResult Result, DateTimeOffset Until)> _valid = new(StringComparer.Ordinal);

    public override async Task<TokenValidationResult> ValidateTokenAsync(string token, TokenValidationParameters validationParameters)
    {
        var now = clock.GetUtcNow();
        if (_valid.TryGetValue(token, out var known))
        {
            if (now < known.Until) return known.Result;
            _valid.TryRemove(token, out _);
        }
        var result = await base.ValidateTokenAsync(token, validationParameters);
        if (result.IsValid)
        {
            if (_valid.Count >= MaxEntries) _valid.Clear();
            var (until, expires) = (now + LongestMemory, new DateTimeOffset(result.SecurityToken.ValidTo, TimeSpan.Zero));
            _valid[token] = (result, until < expires ? until : expires);
        }
        return result;
    }
}
