using System.Security.Cryptography;
using System.Text;
using Avvik.Storage;
using Avvik.Workbench.Persistence;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Workbench.Access;

/// <summary>Keeps tickets with their tokens on the server. The cookie holds a random key; deleting the row ends the session, wherever the cookie has got to.</summary>
internal sealed class SessionStore(IDbContextFactory<WorkbenchDbContext> databases, Writer<WorkbenchDbContext> writer, BrowserSeal seal, TimeProvider clock) : ITicketStore
{
    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var key = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        var record = Seal(key, ticket);
        await writer.WriteAsync(unit => Task.FromResult(unit.Db.Sessions.Add(record)), CancellationToken.None);
        return key;
    }

    public async Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        var record = Seal(key, ticket);
        // A session that was ended in the meantime stays ended.
        await writer.WriteAsync(unit => unit.Db.Sessions.Where(s => s.Id == record.Id).ExecuteUpdateAsync(s => s
            .SetProperty(r => r.SealedTicket, record.SealedTicket).SetProperty(r => r.ExpiresAt, record.ExpiresAt)), CancellationToken.None);
    }

    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        var id = IdOf(key);
        await using var db = await databases.CreateDbContextAsync();
        var record = await db.Sessions.SingleOrDefaultAsync(s => s.Id == id);
        return record is null || record.ExpiresAt < clock.GetUtcNow() ? null : TicketSerializer.Default.Deserialize(seal.Open(record.SealedTicket, Place(id)));
    }

    public async Task RemoveAsync(string key)
    {
        var (id, now) = (IdOf(key), clock.GetUtcNow());
        await writer.WriteAsync(unit => unit.Db.Sessions.Where(s => s.Id == id || s.ExpiresAt < now).ExecuteDeleteAsync(), CancellationToken.None);
    }

    private SessionRecord Seal(string key, AuthenticationTicket ticket)
    {
        var id = IdOf(key);
        return new SessionRecord { Id = id, SealedTicket = seal.Seal(TicketSerializer.Default.Serialize(ticket), Place(id)), ExpiresAt = ticket.Properties.ExpiresUtc!.Value };
    }

    private static string IdOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(key)));
    private static string Place(string id) => $"session/{id}";
}
