using Microsoft.EntityFrameworkCore;

namespace Avvik.Workbench.Persistence;

internal static class DatabaseCreation
{
    public static async Task CreateDatabaseAsync(this WebApplication app)
    {
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<WorkbenchDbContext>>().CreateDbContextAsync();
        await db.Database.EnsureCreatedAsync();
    }
}
