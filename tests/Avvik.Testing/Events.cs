using System.Text.Json;
using Avvik.Contracts;
using Avvik.Messaging.Inbox;
using Microsoft.EntityFrameworkCore;

namespace Avvik.Testing;

/// <summary>Events as they arrive.</summary>
public static class Events
{
    /// <summary>Each call is another message, with an id of its own: the version, not the id, is then what makes a repetition harmless.</summary>
    public static PagedEvent Page(IEvent e)
    {
        var entry = MessageCatalog.Of(e.GetType());
        return new PagedEvent { Id = Guid.CreateVersion7(), Type = entry.Name, Body = JsonSerializer.SerializeToElement(e, entry.Json) };
    }
}

public static class ModelSchema
{
    /// <summary>Makes the tables that a context's model describes, to be compared with what its migrations make.</summary>
    public static async Task CreateFromModelAsync<TDb>(this TestDatabase database) where TDb : DbContext
    {
        var options = new DbContextOptionsBuilder<TDb>();
        new Storage.DatabaseOptions { Provider = database.Provider, ConnectionString = database.ConnectionString }.Configure(options);
        await using var db = (TDb)Activator.CreateInstance(typeof(TDb), options.Options)!;
        await db.Database.EnsureCreatedAsync();
    }
}
