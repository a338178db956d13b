using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Avvik.Storage;

/// <summary>How <c>dotnet ef</c> makes a context: the engine is named after <c>--</c>. It never connects.</summary>
public abstract class DesignTimeFactory<TDb> : IDesignTimeDbContextFactory<TDb> where TDb : DbContext
{
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">No engine, or an unknown one, is named.</exception>
    public TDb CreateDbContext(string[] args)
    {
        var provider = Enum.Parse<DatabaseProvider>(args.SingleOrDefault() ?? "");
        var options = new DbContextOptionsBuilder<TDb>();
        var connectionString = provider == DatabaseProvider.Sqlite ? "Data Source=:memory:" : "Host=localhost";
        new DatabaseOptions { Provider = provider, ConnectionString = connectionString }.Configure(options);
        return (TDb)Activator.CreateInstance(typeof(TDb), options.Options)!;
    }
}
