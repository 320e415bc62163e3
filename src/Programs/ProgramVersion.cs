using System.Reflection;

namespace Rerank.Programs;

/// <summary>The version of all programs, which are released together.</summary>
public static class ProgramVersion
{
    /// <summary>Without what says from which commit it was built.</summary>
    public static string Current { get; } =
        typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
