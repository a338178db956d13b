using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Avvik.Storage;
using Avvik.Workbench.Persistence;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Workbench.Access;

/// <summary>
/// Stores tickets with their tokens on the server. The cookie holds a random key; deleting the row ends the session, wherever a copy of the cookie is.
/// </summary>
internal sealed class SessionStore(IDbContextFactory<WorkbenchDbContext> databases, Writer<WorkbenchDbContext> writer, BrowserSeal seal, TimeProvider clock)
    : ITicketStore
{
    /// <summary>The token that says when the access token runs out, as ASP.NET names it.</summary>
    public const string ExpiresAt = "expires_at";
    private const string KeyItem = "session-key";

    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var key = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        var record = Seal(IdOf(key), ticket);
        var now = clock.GetUtcNow();
        await writer.WriteAsync(async unit =>
        {
            // Browsers that were closed without signing out leave their session behind.
            await unit.Db.Sessions.Where(s => s.ExpiresAt < now).ExecuteDeleteAsync();
            return unit.Db.Sessions.Add(record);
        }, CancellationToken.None);
        return key;
    }

    public async Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        var id = IdOf(key);
        await writer.WriteAsync(async unit =>
        {
            // A session that was ended in the meantime stays ended.
            if (await unit.Db.Sessions.AsTracking().SingleOrDefaultAsync(s => s.Id == id) is not { } stored) return false;
            // A request that began before the tokens were refreshed must not bring the old ones back.
            var properties = Open(stored).Properties;
            if (TokenExpiry(properties) > TokenExpiry(ticket.Properties)) ticket.Properties.StoreTokens(properties.GetTokens());
            var record = Seal(id, ticket);
            (stored.SealedTicket, stored.ExpiresAt) = (record.SealedTicket, record.ExpiresAt);
            return true;
        }, CancellationToken.None);
    }

    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        var id = IdOf(key);
        await using var db = await databases.CreateDbContextAsync();
        if (await db.Sessions.SingleOrDefaultAsync(s => s.Id == id) is not { } record || record.ExpiresAt < clock.GetUtcNow()) return null;
        var ticket = Open(record);
        ticket.Properties.Items[KeyItem] = key;
        return ticket;
    }

    public async Task RemoveAsync(string key)
    {
        var id = IdOf(key);
        await writer.WriteAsync(unit => unit.Db.Sessions.Where(s => s.Id == id).ExecuteDeleteAsync(), CancellationToken.None);
    }

    /// <summary>Which session a ticket was read from.</summary>
    public static string? KeyOf(AuthenticationProperties properties) => properties.Items.TryGetValue(KeyItem, out var key) ? key : null;

    /// <summary>When the access token runs out.</summary>
    public static DateTimeOffset? TokenExpiry(AuthenticationProperties properties) =>
        DateTimeOffset.TryParse(properties.GetTokenValue(ExpiresAt), CultureInfo.InvariantCulture, DateTimeStyles.None, out var at) ? at : null;

    private SessionRecord Seal(string id, AuthenticationTicket ticket)
    {
        // The key is in the cookie and nowhere else.
        ticket.Properties.Items.Remove(KeyItem);
        var content = seal.Seal(TicketSerializer.Default.Serialize(ticket), Place(id));
        return new SessionRecord { Id = id, SealedTicket = content, ExpiresAt = ticket.Properties.ExpiresUtc!.Value };
    }

    private AuthenticationTicket Open(SessionRecord record) => TicketSerializer.Default.Deserialize(seal.Open(record.SealedTicket, Place(record.Id)))!;

    private static string IdOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)));
    private static string Place(string id) => $"session/{id}";
}
