using Rerank.RolloutStudy.Simulation;

namespace Rerank.RolloutStudy.Methods;

/// <summary>A method that looks once a minute.</summary>
internal interface IMinuteMethod
{
    /// <returns>Whether it rolls the candidate back now.</returns>
    bool Look(Minute minute);
}
